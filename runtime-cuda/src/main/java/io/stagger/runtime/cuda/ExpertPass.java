package io.stagger.runtime.cuda;

import static io.stagger.runtime.cuda.Scratch.CHOSEN;
import static io.stagger.runtime.cuda.Scratch.COUNTS;
import static io.stagger.runtime.cuda.Scratch.HIDDEN;
import static io.stagger.runtime.cuda.Scratch.INCOMING;
import static io.stagger.runtime.cuda.Scratch.INCOMING_CHOICE;
import static io.stagger.runtime.cuda.Scratch.LINE_CHOICE;
import static io.stagger.runtime.cuda.Scratch.OFFSETS;
import static io.stagger.runtime.cuda.Scratch.ROUTED;
import static io.stagger.runtime.cuda.Scratch.SHARED;
import static io.stagger.runtime.cuda.Scratch.SHARED_GATE;
import static io.stagger.runtime.cuda.Scratch.SLOTS;
import static io.stagger.runtime.cuda.Scratch.TYPED;
import static io.stagger.runtime.cuda.Scratch.WEIGHTS;

import io.stagger.api.MoeSpec;
import io.stagger.api.runtime.Routing;
import io.stagger.runtime.cuda.CudaOptions.KernelChoice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes the experts of one chunk whose hidden states are on the home device. Every device runs
 * the experts of its ranks; what others than the home device computed is brought to it; there each
 * token's results are combined in the order of its top-k list. Used once, on the lane's thread.
 */
final class ExpertPass {

  private static final int COLUMNS = 256;
  private static final int CHOICES = 256;

  private final MoeSpec spec;
  private final KernelChoice kernelChoice;
  private final Lane lane;
  private final Workspace home;
  private final DevicePlacement placement;
  private final Chunk chunk;
  private final int choices;
  private final List<Workspace> elsewhere = new ArrayList<>();

  ExpertPass(
      MoeSpec spec,
      KernelChoice kernelChoice,
      Lane lane,
      Workspace home,
      DevicePlacement placement,
      Chunk chunk) {
    this.spec = spec;
    this.kernelChoice = kernelChoice;
    this.lane = lane;
    this.home = home;
    this.placement = placement;
    this.chunk = chunk;
    this.choices = chunk.tokens() * spec.shape().topK();
  }

  /**
   * Queues everything; the results are in {@link Scratch#TYPED} of the home device, whose stream
   * goes on from there, until {@link #await}.
   *
   * @param chosen the whole batch's experts
   * @param slots the whole batch's slots
   */
  void run(CommonLayer layer, Routing routing, int[] chosen, int[] slots) {
    bringChoices(routing, chosen, slots);
    int[] lines = linesOfRanks(slots);
    Map<Workspace, List<Integer>> ranks = ranksWithLines(lines);
    List<Integer> ranksAtHome = ranks.getOrDefault(home, List.of());
    ranks.remove(home);
    elsewhere.addAll(ranks.keySet());
    // The others first: they work while this device does, and are waited for last.
    ranks.forEach((workspace, there) -> runElsewhere(workspace, there, lines));
    ExpertProducts products = products(home);
    runAtHome(products, ranksAtHome, lines);
    layer.shared().ifPresent(shared -> runShared(shared, products));
    ranks.forEach((workspace, there) ->
        fetchFrom(workspace, there.stream().mapToInt(rank -> lines[rank]).sum()));
    combine(layer);
    count();
  }

  /**
   * Waits for every device that took part. Each is asked itself: nothing promises that a stream
   * which waits for another device's event hears of an error of that device.
   */
  void await() {
    elsewhere.forEach(workspace -> workspace.stream().synchronize());
    home.stream().synchronize();
  }

  private void bringChoices(Routing routing, int[] chosen, int[] slots) {
    HostBuffers host = lane.host();
    int from = chunk.from() * spec.shape().topK();
    MemorySegment.copy(slots, from, host.slots(choices), ValueLayout.JAVA_INT, 0, choices);
    MemorySegment.copy(chosen, from, host.chosen(choices), ValueLayout.JAVA_INT, 0, choices);
    for (int i = 0; i < choices; i++) {
      int choice = from + i;
      float weight = routing.weight(choice / routing.topK(), choice % routing.topK());
      host.weights(choices).setAtIndex(ValueLayout.JAVA_FLOAT, i, weight);
    }
    home.stream().copyToDevice(host.slots(choices), home.at(SLOTS));
    home.stream().copyToDevice(host.chosen(choices), home.at(CHOSEN));
    home.stream().copyToDevice(host.weights(choices), home.at(WEIGHTS));
  }

  private int[] linesOfRanks(int[] slots) {
    int[] rankOf = placement.placement().layout().rankOfSlots();
    int[] lines = new int[placement.placement().ranks()];
    int from = chunk.from() * spec.shape().topK();
    for (int choice = from; choice < from + choices; choice++) {
      lines[rankOf[slots[choice]]]++;
    }
    return lines;
  }

  /** The devices that have something to do, and which of their ranks do. */
  private Map<Workspace, List<Integer>> ranksWithLines(int[] lines) {
    Map<Workspace, List<Integer>> ranks = new LinkedHashMap<>();
    for (int rank = 0; rank < lines.length; rank++) {
      if (lines[rank] > 0) {
        Workspace workspace = lane.on(placement.gpu(rank));
        ranks.computeIfAbsent(workspace, w -> new ArrayList<>()).add(rank);
      }
    }
    return ranks;
  }

  private ExpertProducts products(Workspace workspace) {
    return new ExpertProducts(
        workspace, kernelChoice, spec.hiddenSize(), chunk.tokens(), chunk.type());
  }

  /** Runs ranks of the home device: each line's result goes to its choice's row. */
  private void runAtHome(ExpertProducts products, List<Integer> ranks, int[] lines) {
    long lineChoice = home.at(LINE_CHOICE);
    for (int rank : ranks) {
      runRank(home, products, rank, lines[rank], lineChoice, lineChoice, home.at(ROUTED));
    }
  }

  /** Runs ranks of another device: results lie line after line. */
  private void runElsewhere(Workspace workspace, List<Integer> ranks, int[] lines) {
    sendTo(workspace);
    ExpertProducts products = products(workspace);
    int done = 0;
    for (int rank : ranks) {
      long lineChoice = workspace.at(LINE_CHOICE) + (long) done * Integer.BYTES;
      long out = workspace.at(ROUTED) + rowBytes(done);
      runRank(workspace, products, rank, lines[rank], lineChoice, 0, out);
      done += lines[rank];
    }
    workspace.stream().record(workspace.ready());
  }

  /** Sends another device what it needs, as soon as this one has it. */
  private void sendTo(Workspace workspace) {
    DeviceContext from = home.gpu().context();
    CudaStream stream = workspace.stream();
    home.stream().record(home.ready());
    stream.waitFor(home.ready());
    stream.copyFromPeer(from, home.at(HIDDEN), workspace.at(HIDDEN), rowBytes(chunk.tokens()));
    stream.copyFromPeer(from, home.at(SLOTS), workspace.at(SLOTS), (long) choices * Integer.BYTES);
  }

  /** Brings another device's results home, each to its choice's row. */
  private void fetchFrom(Workspace workspace, int lines) {
    DeviceContext from = workspace.gpu().context();
    CudaStream stream = home.stream();
    stream.waitFor(workspace.ready());
    stream.copyFromPeer(from, workspace.at(ROUTED), home.at(INCOMING), rowBytes(lines));
    stream.copyFromPeer(
        from, workspace.at(LINE_CHOICE), home.at(INCOMING_CHOICE), (long) lines * Integer.BYTES);
    Parameters scatter =
        new Parameters()
            .pointer(home.at(INCOMING))
            .pointer(home.at(INCOMING_CHOICE))
            .integer(lines)
            .integer(spec.hiddenSize())
            .pointer(home.at(ROUTED));
    stream.launch(kernel(home, "scatter_rows"), lines, columns(), scatter);
  }

  private void runRank(
      Workspace workspace,
      ExpertProducts products,
      int rank,
      int lines,
      long lineChoice,
      long outRow,
      long out) {
    RankTable table = placement.table(rank);
    int layer = chunk.batch().layer();
    int firstSlot = placement.placement().layout().firstSlot(rank);
    ExpertLayout expert = placement.expert();
    dispatch(workspace, "slot_counts", table.slots(), firstSlot, workspace.at(COUNTS));
    products.tile(expert.type(), table.slots());
    dispatch(workspace, "permute", table.slots(), firstSlot, workspace.at(OFFSETS), lineChoice);
    products.multiply(
        new ExpertWork(
            expert.type(),
            expert.intermediateSize(),
            table.gates(layer),
            table.ups(layer),
            table.downs(layer),
            table.slots(),
            lines,
            lineChoice,
            spec.shape().topK(),
            outRow,
            out));
  }

  /** Launches one of the kernels that look for a rank's choices: a block for each slot. */
  private void dispatch(
      Workspace workspace, String name, int slots, int firstSlot, long... pointers) {
    Parameters parameters =
        new Parameters().pointer(workspace.at(SLOTS)).wide(choices).integer(firstSlot);
    for (long pointer : pointers) {
      parameters.pointer(pointer);
    }
    workspace.stream().launch(kernel(workspace, name), slots, 1, parameters);
  }

  private void runShared(CommonLayer.Shared shared, ExpertProducts products) {
    int tokens = chunk.tokens();
    home.stream().setWords(home.at(COUNTS), tokens, 1);
    products.tile(shared.type(), 1);
    products.multiply(
        new ExpertWork(
            shared.type(),
            shared.intermediateSize(),
            shared.pointers(),
            shared.pointers() + Long.BYTES,
            shared.pointers() + 2 * Long.BYTES,
            1,
            tokens,
            0,
            1,
            0,
            home.at(SHARED)));
    shared
        .gate()
        .ifPresent(gate ->
            ForwardPass.launchLogits(home, gate, tokens, 1, spec.hiddenSize(), SHARED_GATE));
  }

  private void combine(CommonLayer layer) {
    boolean gated = layer.shared().flatMap(CommonLayer.Shared::gate).isPresent();
    Parameters parameters =
        new Parameters()
            .pointer(home.at(ROUTED))
            .pointer(home.at(WEIGHTS))
            .pointer(home.at(SHARED))
            .pointer(gated ? home.at(SHARED_GATE) : 0)
            .integer(chunk.tokens())
            .integer(spec.shape().topK())
            .integer(spec.hiddenSize())
            .pointer(home.at(TYPED));
    Kernel kernel = home.gpu().kernels().get("combine", chunk.type());
    home.stream().launch(kernel, chunk.tokens(), columns(), parameters);
  }

  private void count() {
    Parameters parameters =
        new Parameters()
            .pointer(home.at(CHOSEN))
            .wide(choices)
            .pointer(home.gpu().counts().ofLayer(chunk.batch().layer()));
    home.stream()
        .launch(kernel(home, "expert_counts"), Math.ceilDiv(choices, CHOICES), 1, parameters);
  }

  private static Kernel kernel(Workspace workspace, String name) {
    return workspace.gpu().kernels().get(name);
  }

  private int columns() {
    return Math.ceilDiv(spec.hiddenSize(), COLUMNS);
  }

  private long rowBytes(int rows) {
    return (long) rows * spec.hiddenSize() * Float.BYTES;
  }
}

package io.stagger.engine.simulator.cost;

/**
 * The machines that ranks run on, at their peak.
 *
 * @param name for people
 * @param ranksPerNode how many ranks a node has at most
 * @param memoryBytesPerSecond bandwidth of a rank's memory
 * @param flops floating-point operations of a rank in a second, dense, in the weights' type
 * @param withinNode the network among the ranks of a node
 * @param betweenNodes a rank's share of the network between nodes
 */
public record Hardware(
    String name,
    int ranksPerNode,
    double memoryBytesPerSecond,
    double flops,
    Link withinNode,
    Link betweenNodes) {}

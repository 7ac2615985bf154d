package io.stagger.runtime.cuda;

/**
 * A kernel of a loaded module.
 *
 * @param name its entry
 * @param function the driver's handle
 * @param block threads of a block
 * @param sharedBytes dynamic shared memory of a block
 */
record Kernel(String name, long function, int block, int sharedBytes) {}

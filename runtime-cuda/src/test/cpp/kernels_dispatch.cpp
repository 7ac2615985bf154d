#include <dispatch.cu>
#include "driver.h"

HOST_KERNEL(stagger_expert_counts);
HOST_KERNEL(stagger_slot_counts);
HOST_KERNEL(stagger_slot_offsets);
HOST_KERNEL(stagger_permute);
HOST_KERNEL(stagger_scatter_rows);

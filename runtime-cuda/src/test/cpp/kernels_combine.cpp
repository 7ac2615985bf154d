#include <combine.cu>
#include "driver.h"

HOST_KERNEL(stagger_combine_f32);
HOST_KERNEL(stagger_combine_f16);
HOST_KERNEL(stagger_combine_bf16);

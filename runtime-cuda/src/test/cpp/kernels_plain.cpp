#include <plain.cu>
#include "driver.h"

HOST_KERNEL(stagger_gate_up_f32);
HOST_KERNEL(stagger_gate_up_f16);
HOST_KERNEL(stagger_gate_up_bf16);
HOST_KERNEL(stagger_down_f32);
HOST_KERNEL(stagger_down_f16);
HOST_KERNEL(stagger_down_bf16);

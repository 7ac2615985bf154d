#include <tensor.cu>
#include "driver.h"

HOST_KERNEL(stagger_split_f16);
HOST_KERNEL(stagger_split_bf16);
HOST_KERNEL(stagger_tensor_gate_up_f16);
HOST_KERNEL(stagger_tensor_gate_up_bf16);
HOST_KERNEL(stagger_tensor_down_f16);
HOST_KERNEL(stagger_tensor_down_bf16);

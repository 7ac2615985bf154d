#include <router.cu>
#include "driver.h"

HOST_KERNEL(stagger_widen_f16);
HOST_KERNEL(stagger_widen_bf16);
HOST_KERNEL(stagger_router_logits_f32);
HOST_KERNEL(stagger_router_logits_f16);
HOST_KERNEL(stagger_router_logits_bf16);
HOST_KERNEL(stagger_route);

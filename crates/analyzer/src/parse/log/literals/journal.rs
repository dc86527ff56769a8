//! Journal of a node (gateway reference 8.1, GW-NODE-FLANNEL).

use super::super::literal::{Stream, literals};

const STREAMS: &[Stream] = &[Stream::Journal];

literals! {
    STREAMS;
    /// The pod network of the node was removed: field `interface`.
    POD_NETWORK_DELETED = ("journal-pod-network-deleted", Error, "Interface {interface} deleted")
        .any_of(&["Interface flannel.1 deleted", "Interface cni0 deleted"]);
    /// k3s crashes for lack of the pod network.
    K3S_PANIC = ("journal-k3s-panic", Error, "index out of range [0] with length 0");
}

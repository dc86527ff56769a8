//! The columns of the Kubernetes kinds.

use super::columns::Cast::{Date, Int, OneOf, Ratio, Restarts, Text};
use super::columns::{KindColumns, c};

/// The Kubernetes kinds.
pub(super) static CORE: &[KindColumns] = &[
    KindColumns {
        kind: "Pod",
        required: &["READY", "STATUS", "RESTARTS"],
        columns: &[
            c("READY", &["x-table", "ready"], Ratio),
            c("STATUS", &["x-table", "status"], Text),
            c("RESTARTS", &[], Restarts),
            c("IP", &["x-table", "ip"], Text),
            c("NODE", &["x-table", "node"], Text),
            c("NOMINATED NODE", &["status", "nominatedNodeName"], Text),
            c("READINESS GATES", &[], Text),
        ],
    },
    KindColumns {
        kind: "Node",
        required: &["STATUS", "ROLES", "VERSION"],
        columns: &[
            c("STATUS", &[], Text),
            c("ROLES", &[], Text),
            c("VERSION", &["status", "nodeInfo", "kubeletVersion"], Text),
            c("INTERNAL-IP", &[], Text),
            c("EXTERNAL-IP", &[], Text),
            c("OS-IMAGE", &["status", "nodeInfo", "osImage"], Text),
            c("KERNEL-VERSION", &["status", "nodeInfo", "kernelVersion"], Text),
            c("CONTAINER-RUNTIME", &["status", "nodeInfo", "containerRuntimeVersion"], Text),
        ],
    },
    KindColumns {
        kind: "Event",
        required: &["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"],
        columns: &[
            c("LAST SEEN", &[], Date),
            c("FIRST SEEN", &["firstTimestamp"], Date),
            c("COUNT", &["count"], Int),
            c("TYPE", &["type"], OneOf(&["Normal", "Warning"])),
            c("REASON", &["reason"], Text),
            c("OBJECT", &[], Text),
            c("SUBOBJECT", &["involvedObject", "fieldPath"], Text),
            c("SOURCE", &[], Text),
            c("MESSAGE", &["message"], Text),
        ],
    },
    KindColumns {
        kind: "Namespace",
        required: &["STATUS"],
        columns: &[c("STATUS", &["status", "phase"], OneOf(&["Active", "Terminating"]))],
    },
    KindColumns { kind: "ConfigMap", required: &["DATA"], columns: &[c("DATA", &[], Int)] },
    KindColumns {
        kind: "Secret",
        required: &["TYPE", "DATA"],
        columns: &[c("TYPE", &["type"], Text), c("DATA", &[], Int)],
    },
    KindColumns {
        kind: "DaemonSet",
        required: &["DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE"],
        columns: &[
            c("DESIRED", &["status", "desiredNumberScheduled"], Int),
            c("CURRENT", &["status", "currentNumberScheduled"], Int),
            c("READY", &["status", "numberReady"], Int),
            c("UP-TO-DATE", &["status", "updatedNumberScheduled"], Int),
            c("AVAILABLE", &["status", "numberAvailable"], Int),
            c("NODE SELECTOR", &[], Text),
            c("CONTAINERS", &[], Text),
            c("IMAGES", &[], Text),
            c("SELECTOR", &[], Text),
        ],
    },
    KindColumns {
        kind: "Deployment",
        required: &["READY", "UP-TO-DATE", "AVAILABLE"],
        columns: &[
            c("READY", &[], Ratio),
            c("UP-TO-DATE", &["status", "updatedReplicas"], Int),
            c("AVAILABLE", &["status", "availableReplicas"], Int),
            c("CONTAINERS", &[], Text),
            c("IMAGES", &[], Text),
            c("SELECTOR", &[], Text),
        ],
    },
    KindColumns {
        kind: "ReplicaSet",
        required: &["DESIRED", "CURRENT", "READY"],
        columns: &[
            c("DESIRED", &["spec", "replicas"], Int),
            c("CURRENT", &["status", "replicas"], Int),
            c("READY", &["status", "readyReplicas"], Int),
            c("CONTAINERS", &[], Text),
            c("IMAGES", &[], Text),
            c("SELECTOR", &[], Text),
        ],
    },
    KindColumns {
        kind: "StatefulSet",
        required: &["READY"],
        columns: &[c("READY", &[], Ratio), c("CONTAINERS", &[], Text), c("IMAGES", &[], Text)],
    },
    KindColumns {
        kind: "CustomResourceDefinition",
        required: &["CREATED AT"],
        columns: &[c("CREATED AT", &["metadata", "creationTimestamp"], Date)],
    },
];

//! Commands that next steps name, with the gateway's real pod where it is known.

use crate::facts::{Gw, PodRole};

/// The dataplane's pod, else its DaemonSet.
fn dataplane(gateway: &Gw<'_, '_>) -> String {
    match gateway.pods(PodRole::Dataplane).first() {
        Some(pod) => pod.object.name().to_owned(),
        None => format!("ds/gw--{}--dataplane", gateway.name()),
    }
}

/// A command on the dataplane's own client.
pub(super) fn dataplane_cli(gateway: &Gw<'_, '_>, command: &str) -> String {
    format!("kubectl exec -n fab {} -c dataplane -- /dataplane-cli -c \"{command}\"", dataplane(gateway))
}

/// The dataplane's log.
pub(super) fn dataplane_log(gateway: &Gw<'_, '_>) -> String {
    format!("kubectl logs -n fab {} -c dataplane", dataplane(gateway))
}

/// Starts the dataplane anew.
pub(super) fn restart_dataplane(gateway: &str) -> String {
    format!("kubectl rollout restart -n fab daemonset/gw--{gateway}--dataplane")
}

/// Changes an object.
pub(super) fn edit(kind: &str, namespace: &str, name: &str) -> String {
    format!("kubectl edit {kind} -n {namespace} {name}")
}

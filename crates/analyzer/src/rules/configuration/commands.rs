//! Commands that next steps name, with the gateway's real pod where it is known.

use crate::facts::{Gw, PodRole};

/// The pod of a role, else its DaemonSet.
fn workload(gateway: &Gw<'_, '_>, role: PodRole) -> String {
    match gateway.pods(role).first() {
        Some(pod) => pod.object.name().to_owned(),
        None => format!("ds/gw--{}--{}", gateway.name(), role.name()),
    }
}

/// `kubectl logs` of the container that applies configurations: the dataplane's, in 25.05 the agent's.
pub(super) fn apply_log(gateway: &Gw<'_, '_>) -> String {
    let role = if gateway.is_25_05() { PodRole::Agent } else { PodRole::Dataplane };
    format!("kubectl logs -n fab {} -c {}", workload(gateway, role), role.name())
}

/// `kubectl logs` of the dataplane.
pub(super) fn dataplane_log(gateway: &Gw<'_, '_>) -> String {
    format!("kubectl logs -n fab {} -c dataplane", workload(gateway, PodRole::Dataplane))
}

/// `kubectl logs` of FRR.
pub(super) fn frr_log(gateway: &Gw<'_, '_>) -> String {
    format!("kubectl logs -n fab {} -c frr", workload(gateway, PodRole::Frr))
}

/// A command on the dataplane's own client.
pub(super) fn dataplane_cli(gateway: &Gw<'_, '_>, command: &str) -> String {
    let pod = workload(gateway, PodRole::Dataplane);
    format!("kubectl exec -n fab {pod} -c dataplane -- /dataplane-cli -c \"{command}\"")
}

/// A command on FRR's shell.
pub(super) fn vtysh(gateway: &Gw<'_, '_>, command: &str) -> String {
    format!("kubectl exec -n fab {} -c frr -- vtysh -c \"{command}\"", workload(gateway, PodRole::Frr))
}

/// Starts the pods of a role anew.
pub(super) fn restart(gateway: &Gw<'_, '_>, role: PodRole) -> String {
    format!("kubectl rollout restart -n fab daemonset/gw--{}--{}", gateway.name(), role.name())
}

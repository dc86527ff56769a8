//! A kernel interface of a gateway has no MTU.

use crate::facts::{Context, Gw, PodRole};
use crate::finding::{Evidence, KeyKind, Severity};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct InterfaceMtu;

static META: Meta = Meta {
    id: "gateway-interface-without-mtu",
    reference: &["GW-IF-MTU0"],
    title: "A kernel interface of a gateway has no MTU",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[],
    uses: &[Source::CaptureTime, Source::Gateways, Source::GatewayAgents, Source::Pods, Source::DaemonSets],
    explanation: "\
Looks at interfaces without `pci` (kernel driver) whose `mtu` is absent or 0. An init container of the dataplane's pod \
runs `ip l set mtu <mtu>`, which fails with 0.

## Why it matters

The next start of the dataplane's pod fails in its init container.

## Not a fault

While the pod is ready and its DaemonSet fully updated it is a note: the pod has got past that step.

## What to do

Set `mtu` on the interface of the Gateway.",
    explains: &[Relation { effects: &["GW-POD-INIT"], join: &[KeyKind::Gateway] }],
    order: Order::Wiring,
};

impl Rule for InterfaceMtu {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let Some(view) = gateway.whole_spec() else { continue };
            for (name, interface) in &view.spec().interfaces {
                if !interface.pci.is_empty() || interface.mtu != 0 || cx.truncated() {
                    out.pass();
                    continue;
                }
                let (severity, proof) = judge(&gateway);
                let finding = out
                    .finding(
                        severity,
                        gateway.gateway_subject().part(name),
                        format!("interface {name} of {} has no MTU", gateway.name()),
                    )
                    .detail(
                        "The init container of the dataplane's pod sets the MTU of kernel interfaces; with 0 it fails \
                         and the pod does not start.",
                    )
                    .evidence(view.evidence(&["interfaces", name, "mtu"], "absent or 0"))
                    .evidence(view.key_evidence(&["interfaces", name], "an interface of the kernel driver"))
                    .evidences(proof)
                    .key(gateway.key())
                    .run("set the MTU, for instance 9100", format!("kubectl edit gateway {}", gateway.name()));
                out.report(finding);
            }
        }
    }
}

/// How bad it is now: the init container fails, the pod is not ready or being replaced, or nothing of that.
/// Without pods in the capture it stays a note.
fn judge(gateway: &Gw<'_, '_>) -> (Severity, Option<Evidence>) {
    let pods = gateway.pods(PodRole::Dataplane);
    for pod in &pods {
        let failed = pod.init_containers().into_iter().find(|view| {
            view.status.name == "init-ifaces"
                && (view.waiting() == "CrashLoopBackOff"
                    || view.status.state.terminated.as_ref().is_some_and(|end| end.exit_code != 0))
        });
        if let Some(view) = failed {
            let severity = if gateway.is_new() { Severity::Info } else { Severity::Error };
            return (severity, Some(pod.container_evidence(&view, &["name"], "this init container fails")));
        }
    }
    let ready = |pod: &crate::facts::PodView<'_>| match pod.table_ready() {
        Some((ready, all)) => ready == all,
        None => pod.container("dataplane").is_none_or(|view| view.status.ready),
    };
    let updated = gateway.daemon_set(PodRole::Dataplane).is_none_or(|set| {
        set.raw.form == crate::facts::Form::Table
            || set.status.updated_number_scheduled >= set.status.desired_number_scheduled
    });
    let well = updated && pods.iter().all(ready);
    let excused = well || pods.is_empty() || gateway.is_new();
    (if excused { Severity::Info } else { Severity::Warning }, None)
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::InterfaceMtu;
    use crate::testing::said;

    fn none() -> World {
        World::healthy().small().unset("Gateway/gateway-2", "/spec/interfaces/enp2s2/mtu")
    }

    #[test]
    fn severity_by_the_pod() {
        assert_eq!(said(&InterfaceMtu, &none()).lines(), ["info Gateway/gateway-2 (enp2s2)"]);
        let pod = format!("Pod/{}", none().pod("gateway-2", "dataplane"));
        let unready = none().edit(&pod, |pod| pod["status"]["containerStatuses"][0]["ready"] = json!(false));
        assert_eq!(said(&InterfaceMtu, &unready).lines(), ["warning Gateway/gateway-2 (enp2s2)"]);
        let rollout = none().set("DaemonSet/gw--gateway-2--dataplane", "/status/updatedNumberScheduled", 0);
        assert_eq!(said(&InterfaceMtu, &rollout).lines(), ["warning Gateway/gateway-2 (enp2s2)"]);
        let failing = none().set(
            &pod,
            "/status/initContainerStatuses",
            json!([{"name": "init-ifaces", "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]),
        );
        let said = said(&InterfaceMtu, &failing);
        assert_eq!(said.lines(), ["error Gateway/gateway-2 (enp2s2)"]);
        assert!(said.findings[0].evidence.iter().any(|e| e.value.as_deref() == Some("init-ifaces")));
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            assert_eq!(said(&InterfaceMtu, &world).passed, 4);
        }
        let pci = none().set("Gateway/gateway-2", "/spec/interfaces/enp2s2/pci", "0000:3b:00.1");
        assert_eq!(said(&InterfaceMtu, &pci).passed, 4);
        // Nothing tells how the pod does.
        assert!(said(&InterfaceMtu, &none().without("Pod")).is_quiet());
    }
}

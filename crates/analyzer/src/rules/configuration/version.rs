//! A gateway runs another dataplane than the release.

use super::{commands, for_gateway, skew};
use crate::facts::{Context, DaemonSet, Fabricator, GatewayAgent, Gw, Object, PodRole};
use crate::finding::{Confidence, Evidence, KeyKind, Severity};
use crate::parse::log::literals::dataplane;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};
use crate::validate::version::{Version, is_dev};

/// See the metadata.
#[derive(Debug)]
pub(super) struct VersionDiffers;

static META: Meta = Meta {
    id: "gateway-version-differs",
    reference: &["GW-VERSION"],
    title: "A gateway runs another dataplane than the release or the other gateways",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::Pods,
        Source::Nodes,
        Source::DaemonSets,
        Source::Fabricator,
        Source::DataplaneLog,
    ],
    explanation: "\
Compares `status.state.dataplane.version` of each GatewayAgent with `status.versions.gateway.dataplane` of the Fabricator;
where that is not captured, with the newest among the gateways. Builds count as their base tag.

## Why it matters

Controller, dataplane and FRR are tested as one release. A gateway of another one may refuse configurations that the
others accept, or not read its objects at all; two gateways of a group should do the same.

## Not a fault

- A rollout: the DaemonSet has not updated all its pods yet.
- Development builds are a note.

## What to do

Look why the DaemonSet of the gateway was not updated.",
    explains: &[
        // Its findings carry the gateway only where the log shows that the versions do not fit.
        Relation { effects: &["GW-HB-*", "GW-GEN-LAG", "GW-CPI-DOWN"], join: &[KeyKind::Gateway] },
    ],
    order: Order::Configuration,
};

impl Rule for VersionDiffers {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let wanted = wanted(cx);
        for gateway in cx.gateways() {
            let Some(agent) = gateway.agent() else { continue };
            let reported = agent.status.state.dataplane.version.as_str();
            // 25.05 and a status that was never written do not name it.
            if reported.is_empty() {
                continue;
            }
            let Some(wanted) = &wanted else {
                out.not_checked(agent.subject(), Source::Fabricator);
                continue;
            };
            let same = match (Version::parse(reported), Version::parse(&wanted.version)) {
                (Some(mine), Some(release)) => mine.same_base(&release),
                _ => reported == wanted.version,
            };
            if same || rolling_out(&gateway) {
                out.pass();
            } else {
                report(&gateway, agent, wanted, out);
            }
        }
    }
}

/// The version that all should have.
struct Wanted {
    version: String,
    /// Who says so.
    words: String,
    evidence: Evidence,
}

fn wanted(cx: &Context<'_>) -> Option<Wanted> {
    let route = ["status", "versions", "gateway", "dataplane"];
    let release = cx.list::<Fabricator>().iter().find_map(|fabricator| {
        let version = fabricator.at(&route)?.text()?.to_owned();
        let evidence = fabricator.evidence(&route, "version of the release");
        let words = format!("the release has {version}");
        (!version.is_empty()).then_some(Wanted { version, words, evidence })
    });
    release.or_else(|| {
        let agents = cx.list::<GatewayAgent>();
        let versions =
            agents.iter().filter_map(|agent| Some((Version::parse(&agent.status.state.dataplane.version)?, agent)));
        let (version, agent) = versions.max_by(|(a, _), (b, _)| a.cmp(b))?;
        // One gateway alone cannot differ.
        (agents.len() > 1).then(|| Wanted {
            version: version.to_string(),
            words: format!("{} has {version}", agent.name()),
            evidence: agent
                .evidence(&["status", "state", "dataplane", "version"], format!("version of {}", agent.name())),
        })
    })
}

fn rolling_out(gateway: &Gw<'_, '_>) -> bool {
    let updating = |set: &Object<DaemonSet>| {
        set.status.updated_number_scheduled < set.status.desired_number_scheduled
            || set.status.observed_generation < set.meta.generation
    };
    gateway.daemon_set(PodRole::Dataplane).is_some_and(updating)
}

fn report(gateway: &Gw<'_, '_>, agent: &Object<GatewayAgent>, wanted: &Wanted, out: &mut Outcome) {
    let name = gateway.name();
    let reported = agent.status.state.dataplane.version.as_str();
    let build = is_dev(reported) || is_dev(&wanted.version);
    let severity = if build { Severity::Info } else { Severity::Warning };
    let misfit = misfit(gateway);
    let known = gateway.daemon_set(PodRole::Dataplane).is_some();
    let why = if misfit.is_some() {
        "Its log shows that the versions do not fit together."
    } else {
        "A gateway of another release may refuse what the others accept."
    };
    let mut finding = out
        .finding(
            for_gateway(gateway, severity),
            agent.subject(),
            format!("{name} runs dataplane {reported}, but {}", wanted.words),
        )
        // Without the DaemonSet a rollout cannot be told.
        .confidence(if known { Confidence::Certain } else { Confidence::Likely })
        .detail(why)
        .evidence(agent.evidence(&["status", "state", "dataplane", "version"], "version that the dataplane reports"))
        .evidence(wanted.evidence.clone())
        .run(
            "Look whether the DaemonSet was updated",
            format!("kubectl get daemonset -n fab gw--{name}--dataplane -o wide"),
        )
        .run("Look at the log of the dataplane", commands::dataplane_log(gateway));
    if let Some(evidence) = misfit {
        finding = finding.evidence(evidence).key(gateway.key());
    }
    out.report(finding);
}

/// A line that says that the object cannot be read, or that FRR has another version.
fn misfit(gateway: &Gw<'_, '_>) -> Option<Evidence> {
    let log = gateway.dataplane_log()?;
    let hit = skew::parse_errors(log).into_iter().chain(log.hits(&dataplane::RPC_MISMATCH)).last()?;
    Some(log.evidence(hit, "the versions do not fit"))
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::VersionDiffers;
    use crate::testing::said;

    fn version(text: &str) -> World {
        World::healthy().small().set("GatewayAgent/gateway-2", "/status/state/dataplane/version", text)
    }

    #[test]
    fn another_release_is_a_warning() {
        let said = said(&VersionDiffers, &version("v0.24.0"));
        assert_eq!(said.lines(), ["warning GatewayAgent/gateway-2"]);
        assert_eq!(said.findings[0].title, "gateway-2 runs dataplane v0.24.0, but the release has v0.25.2");
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("v0.24.0"));
    }

    #[test]
    fn between_gateways_without_fabricator() {
        let said = said(&VersionDiffers, &version("v0.24.0").without("Fabricator"));
        assert_eq!(said.lines(), ["warning GatewayAgent/gateway-2"]);
        assert_eq!(said.findings[0].title, "gateway-2 runs dataplane v0.24.0, but gateway-1 has v0.25.2");
    }

    #[test]
    fn builds_and_rollouts() {
        assert_eq!(said(&VersionDiffers, &version("v0.25.2-4-gabc1234")).passed, 2);
        assert_eq!(said(&VersionDiffers, &version("dev")).lines(), ["info GatewayAgent/gateway-2"]);
        let rollout = version("v0.24.0").unset("DaemonSet/gw--gateway-2--dataplane", "/status/updatedNumberScheduled");
        assert_eq!(said(&VersionDiffers, &rollout).lines(), Vec::<String>::new());
    }

    #[test]
    fn healthy_and_not_checked() {
        assert_eq!(said(&VersionDiffers, &World::healthy().small()).passed, 2);
        let world = World::healthy().small().without("Fabricator").delete("GatewayAgent/gateway-2");
        assert_eq!(said(&VersionDiffers, &world).not_checked, ["GatewayAgent gateway-1: Fabricator object"]);
    }
}

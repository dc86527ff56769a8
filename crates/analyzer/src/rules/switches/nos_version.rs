//! The NOS of a switch is not that of the release.

use super::state::{key, tells_state};
use crate::facts::{Agent, Context, Fabricator};
use crate::finding::{Evidence, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};
use crate::validate::version::Version;

/// See the metadata.
#[derive(Debug)]
pub(super) struct NosVersion;

static META: Meta = Meta {
    id: "switch-nos-version",
    reference: &["SW-107"],
    title: "The NOS of a switch is not that of the release",
    severities: &[Severity::Info],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::Fabricator, Source::SwitchProfiles],
    explanation:
        "Compares `status.state.nos.softwareVersion` of each switch that reports, up to the edition, with the version \
that the Fabricator has for its NOS type; without a Fabricator, with what the release of the agent ships.

## Why it matters
The NOS is not upgraded by itself. An older one may lack repairs, and may block the next upgrade.

## Not a fault
It is information only: an older NOS works, until the next upgrade asks for a newer one.

## What to do
Reinstall the switch in a maintenance window.",
    explains: &[],
    order: Order::Hardware,
};

impl Rule for NosVersion {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fabricator = cx.list::<Fabricator>().first();
        for agent in cx.list::<Agent>() {
            let version = bare(&agent.status.state.nos.software_version);
            let Some(profile) = cx.profile_of(agent).filter(|_| !version.is_empty()) else { continue };
            if agent.is_virtual() || tells_state(cx, agent) != Some(true) {
                continue;
            }
            let nos = profile.nos_type.as_str();
            let wanted = match fabricator {
                Some(fabricator) => fabricator.status.versions.fabric.nos.get(nos).map(|version| bare(version)),
                None => of_release(&agent.status.version),
            };
            let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else { continue };
            if wanted == version {
                out.pass();
                continue;
            }
            let name = agent.name();
            let route = ["status", "versions", "fabric", "nos", nos];
            let proof: Option<Evidence> =
                fabricator.map(|fabricator| fabricator.evidence(&route, "the version of the release"));
            out.report(
                out.finding(
                    Severity::Info,
                    agent.subject(),
                    format!("{name} runs NOS {version}; the release has {wanted}"),
                )
                .detail("The NOS is not upgraded by itself: a switch keeps it until it is reinstalled.")
                .evidence(agent.evidence(&["status", "state", "nos", "softwareVersion"], "what it runs"))
                .evidences(proof)
                .key(key(name))
                .run("Reinstall it in a maintenance window.", format!("kubectl fabric switch reinstall --name {name}")),
            );
        }
    }
}

/// Up to the edition, without `v`.
fn bare(version: &str) -> &str {
    let version = version.trim().trim_start_matches('v');
    version.split('-').next().unwrap_or(version)
}

/// The SONiC that a release of the fabric ships (fabric reference 3.6).
fn of_release(agent: &str) -> Option<&'static str> {
    let version = Version::parse(agent)?;
    if version.at_least(0, 129, 0) {
        Some("4.5.2")
    } else if version.at_least(0, 96, 0) && !version.at_least(0, 121, 0) {
        Some("4.5.0")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::NosVersion;
    use crate::testing::said;

    #[test]
    fn another_version() {
        let world =
            World::healthy().small().set("Agent/leaf-01", "/status/state/nos/softwareVersion", "4.5.0-Enterprise_Base");
        let found = said(&NosVersion, &world);
        assert_eq!(found.lines(), ["info Agent/leaf-01"]);
        assert_eq!(found.findings[0].title, "leaf-01 runs NOS 4.5.0; the release has 4.5.2");
        assert_eq!(said(&NosVersion, &world.without("Fabricator")).lines(), ["info Agent/leaf-01"]);
    }

    #[test]
    fn the_same() {
        assert_eq!(said(&NosVersion, &World::healthy().small()).passed, 3);
        assert_eq!(said(&NosVersion, &World::older().small()).passed, 3);
        let virtual_switch = World::healthy()
            .small()
            .set("Agent/leaf-01", "/status/state/nos/softwareVersion", "4.4.0-Enterprise_VS")
            .set("Agent/leaf-01", "/spec/switch/profile", "vs");
        assert_eq!(said(&NosVersion, &virtual_switch).lines(), Vec::<String>::new());
        assert_eq!(said(&NosVersion, &World::healthy().small().without("Agent")).not_checked.len(), 1);
    }
}

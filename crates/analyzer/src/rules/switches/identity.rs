//! A switch is another device than its objects say: serial number and platform.

use super::state::{key, tells_state};
use crate::facts::{Agent, Context, Object, Switch};
use crate::finding::{Evidence, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct WrongSerial;

/// See the metadata.
#[derive(Debug)]
pub(super) struct WrongPlatform;

static SERIAL: Meta = Meta {
    id: "switch-serial-mismatch",
    reference: &["SW-109"],
    title: "A switch has another serial number than its object",
    severities: &[Severity::Warning],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::Switches, Source::SwitchProfiles],
    explanation: "Compares `spec.boot.serial` of each Switch (or its copy in the Agent) with \
`status.state.nos.serialNumber`, without regard to case and blanks.

## Why it matters
A device that was replaced boots as nobody: at its next installation it gets no NOS. Or two devices were swapped, and \
cabling and configuration belong to different ones.

## Not a fault
- Virtual switches.

## What to do
Correct the serial number in the Switch, or swap the devices back.",
    explains: &[],
    order: Order::Hardware,
};

static PLATFORM: Meta = Meta {
    id: "switch-platform-mismatch",
    reference: &["SW-110"],
    title: "A switch is another model than its profile",
    severities: &[Severity::Error],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::SwitchProfiles],
    explanation:
        "Compares `status.state.nos.platformName` of each switch that reports with `platform` of its SwitchProfile.

## Why it matters
Names of ports, speeds and breakouts are those of another model: links do not come up where the wiring expects them.

## Not a fault
- Virtual switches.

## What to do
Correct `spec.profile` of the Switch.",
    explains: &[],
    order: Order::Hardware,
};

impl Rule for WrongSerial {
    fn meta(&self) -> &'static Meta {
        &SERIAL
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<Agent>() {
            if agent.is_virtual() || tells_state(cx, agent) != Some(true) {
                continue;
            }
            let real = agent.status.state.nos.serial_number.trim();
            let (wanted, evidence) = wanted_serial(cx, agent);
            if real.is_empty() || wanted.is_empty() {
                continue;
            }
            if real.eq_ignore_ascii_case(wanted) {
                out.pass();
                continue;
            }
            let name = agent.name();
            out.report(
                out.finding(
                    Severity::Warning,
                    agent.subject(),
                    format!("{name} is the device {real}, its Switch names {wanted}"),
                )
                .detail(
                    "The device was replaced or swapped, or the wiring has the wrong serial number. It works now; at \
                     its next installation it would not be recognised.",
                )
                .evidence(agent.evidence(&["status", "state", "nos", "serialNumber"], "the device's own"))
                .evidence(evidence)
                .key(key(name))
                .run("Correct the serial number.", format!("kubectl edit switch {name}")),
            );
        }
    }
}

fn wanted_serial<'b>(cx: &Context<'b>, agent: &'b Object<Agent>) -> (&'b str, Evidence) {
    match cx.find::<Switch>(agent.name()).filter(|switch| switch.at(&["spec", "boot"]).is_some()) {
        Some(switch) => {
            (switch.spec.boot.serial.trim(), switch.evidence(&["spec", "boot", "serial"], "what the Switch says"))
        }
        None => (
            agent.spec.switch.boot.serial.trim(),
            agent.evidence(&["spec", "switch", "boot", "serial"], "what the copy of the Switch says"),
        ),
    }
}

impl Rule for WrongPlatform {
    fn meta(&self) -> &'static Meta {
        &PLATFORM
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<Agent>() {
            if agent.is_virtual() || tells_state(cx, agent) != Some(true) {
                continue;
            }
            let real = agent.status.state.nos.platform_name.trim();
            let wanted = cx.profile_of(agent).map_or("", |profile| profile.platform.trim());
            if real.is_empty() || wanted.is_empty() {
                continue;
            }
            if real.eq_ignore_ascii_case(wanted) {
                out.pass();
                continue;
            }
            let name = agent.name();
            let profile = &agent.spec.switch.profile;
            out.report(
                out.finding(
                    Severity::Error,
                    agent.subject(),
                    format!("{name} is a {real}, its profile {profile} is for {wanted}"),
                )
                .detail("Names of ports, speeds and breakouts are those of another model.")
                .evidence(agent.evidence(&["status", "state", "nos", "platformName"], "the device's own"))
                .evidence(agent.evidence(&["spec", "switch", "profile"], "the profile"))
                .key(key(name))
                .run("Correct spec.profile.", format!("kubectl edit switch {name}")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::{WrongPlatform, WrongSerial};
    use crate::testing::said;

    fn nos(field: &str, value: &str) -> World {
        World::healthy().small().set("Agent/leaf-01", &format!("/status/state/nos/{field}"), value)
    }

    #[test]
    fn another_device() {
        let found = said(&WrongSerial, &nos("serialNumber", "CN0B67DA999"));
        assert_eq!(found.lines(), ["warning Agent/leaf-01"]);
        assert_eq!(found.findings[0].title, "leaf-01 is the device CN0B67DA999, its Switch names CN0B67DA581");
        let found = said(&WrongPlatform, &nos("platformName", "x86_64-dellemc_s5232f_c3538-r0"));
        assert_eq!(found.lines(), ["error Agent/leaf-01"]);
    }

    #[test]
    fn the_same_device() {
        for world in [
            World::healthy().small(),
            World::older().small(),
            nos("serialNumber", " cn0b67da581 "),
            nos("serialNumber", "0000000000000000000"),
            nos("serialNumber", "").set("Agent/leaf-01", "/status/state/nos/platformName", ""),
            nos("serialNumber", "X").set("Agent/leaf-01", "/spec/switch/profile", "vs"),
            nos("serialNumber", "X").set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:06:00Z"),
        ] {
            assert_eq!(said(&WrongSerial, &world).lines(), Vec::<String>::new());
            assert_eq!(said(&WrongPlatform, &world).lines(), Vec::<String>::new());
        }
        let bare = World::healthy().small().without("Agent");
        assert_eq!(said(&WrongSerial, &bare).not_checked.len(), 1);
        assert_eq!(said(&WrongPlatform, &bare).not_checked.len(), 1);
    }
}

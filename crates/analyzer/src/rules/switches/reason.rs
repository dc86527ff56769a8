//! Why a switch's agent fails, from its log (fabric reference 3.4, 5 and 7): quoted inside the finding that the
//! failure leads to.

use jiff::Timestamp;

use crate::facts::{Context, LogRef};
use crate::finding::{Evidence, Finding};
use crate::parse::log::literals::{known_issue, switch_agent, switch_failure};
use crate::parse::log::{Hit, Literal, Stream};

/// A failure that the log of a switch shows and that nothing later ends.
#[derive(Debug)]
pub(super) struct Reason {
    /// Reference name of a known issue.
    pub(super) issue: Option<&'static str>,
    /// What it means, a clause.
    pub(super) words: &'static str,
    /// What to do.
    pub(super) step: &'static str,
    /// The line, and the action before it.
    pub(super) evidence: Vec<Evidence>,
    /// When it was last written.
    pub(super) at: Option<Timestamp>,
}

impl Reason {
    /// Adds it to a finding.
    pub(super) fn add_to(self, mut finding: Finding) -> Finding {
        finding = finding.evidences(self.evidence).step(self.step);
        match self.issue {
            Some(issue) => finding.reference(issue),
            None => finding,
        }
    }
}

/// Takes the names of known issues, which stand in a rule's metadata, from a new finding: only those that the log
/// shows belong to it.
pub(super) fn without_issues(mut finding: Finding) -> Finding {
    finding.reference.retain(|name| !name.starts_with("KI-"));
    finding
}

type Row = (&'static Literal, Option<&'static str>, &'static str, &'static str);

/// Literals with their meaning, the most telling first.
static ROWS: &[Row] = &[
    (
        &known_issue::INFINITE_VALUE,
        Some("KI-INF"),
        "the agent dies on an optics value of minus infinity, a defect of fabric v0.87 to v0.96.1",
        "Upgrade the fabric; until then pull the optic that sees no light.",
    ),
    (
        &known_issue::VNI_IN_USE,
        Some("KI-VNI"),
        "SONiC still holds the VNI of a VPC that was deleted and created again right away",
        "Delete the pending new VPC, wait until the switch runs its newest generation, and create the VPC again.",
    ),
    (
        &known_issue::PORT_CHANNEL_MEMBER,
        Some("KI-PC"),
        "SONiC refuses to configure a port that is a member of a PortChannel",
        "On the switch, in sonic-cli: interface Ethernet <N>, no shutdown. Agents of 26.02 and later retry by themselves.",
    ),
    (
        &known_issue::MESSAGE_TOO_LARGE,
        Some("KI-GRPC"),
        "there are more routes or neighbours in the VRFs than one gNMI message holds",
        "Reduce the routes that are accepted from externals.",
    ),
    (
        &known_issue::RESOURCE_NOT_FOUND,
        Some("KI-NOTFOUND"),
        "an old agent deletes an object that is already gone",
        "Upgrade the fabric; restart the agent on the switch.",
    ),
    (
        &known_issue::GNMI_USER,
        Some("KI-GNMIUSER"),
        "gNMI cannot be reached on the switch itself",
        "Check `show system status` and the memory of the switch; reboot it.",
    ),
    (
        &switch_agent::ROCE_FAILED,
        None,
        "the reboot of a change of the RoCE mode did not come",
        "Reboot the switch in a maintenance window.",
    ),
    (
        &switch_failure::PLAN_FAILED,
        None,
        "the Agent's spec is incomplete or an allocation is missing: a fault on the side of the controller",
        "Look for the object that the line names, and in the log of the fabric controller.",
    ),
    (
        &switch_failure::LOAD_FAILED,
        None,
        "the state of the NOS cannot be read over gNMI",
        "Check the management framework of SONiC on the switch (`show system status`).",
    ),
    (
        &switch_failure::GNMI_SET_FAILED,
        None,
        "SONiC refused a change; the last action before the line names the object",
        "Look at the object that the last action names.",
    ),
    (
        &switch_failure::NOT_READY_TIMEOUT,
        None,
        "services of SONiC did not come up",
        "On the switch: `show system status`; reboot it.",
    ),
    (
        &switch_failure::GNMI_GAVE_UP,
        None,
        "SONiC's telemetry did not come up",
        "On the switch: `show system status`; reboot it.",
    ),
    (
        &known_issue::BREAKOUT_PENDING,
        Some("KI-BRK"),
        "a port breakout does not complete",
        "Upgrade the agent, or reinstall the NOS of the switch.",
    ),
    (&switch_failure::STATE_FAILED, None, "the state of the switch cannot be read", "Check `show system status`."),
    (
        &switch_failure::CONTROL_LINK,
        None,
        "the management interface or address of the switch is wrong",
        "Compare Switch.spec.ip with the management interface of the switch.",
    ),
    (
        &switch_failure::API_UNREACHABLE,
        None,
        "the control plane cannot be reached from the switch",
        "Check the management network between the switch and the control node.",
    ),
    (
        &switch_failure::GNMI_DOWN,
        None,
        "SONiC's management framework is down or overloaded",
        "On the switch: `show system status`.",
    ),
    (&switch_failure::PANIC, None, "the agent crashed: a defect", "Report the lines to the vendor."),
    (&switch_failure::FAILED, None, "the agent exits with an error", "Read the line."),
];

/// The newest log of a stream of a switch.
pub(super) fn newest_log<'b>(cx: &Context<'b>, stream: Stream, switch: &str) -> Option<LogRef<'b>> {
    cx.logs(stream)
        .filter(|log| log.log.device.as_deref() == Some(switch))
        .max_by_key(|log| (log.scan().last_time, log.log.entry))
}

/// What the log of a switch says of a failure that is not over; only lines after `since`, where that is given.
pub(super) fn of(cx: &Context<'_>, switch: &str, since: Option<Timestamp>) -> Option<Reason> {
    let log = newest_log(cx, Stream::SwitchAgent, switch)?;
    let is_new = |hit: &&Hit| since.is_none_or(|since| hit.time().is_none_or(|at| at > since));
    ROWS.iter().find_map(|(literal, issue, words, step)| {
        let hits: Vec<&Hit> = log
            .current(literal)
            .filter(is_new)
            .filter(|hit| !log.slice(hit.line).to_ascii_lowercase().contains("watch channel closed"))
            .collect();
        let last = hits.last()?;
        let note = match (hits.len(), hits.first().and_then(|hit| hit.time()), last.time()) {
            (0 | 1, ..) => "log of the agent".to_owned(),
            (count, Some(first), Some(last)) => {
                format!("log of the agent, {count} times from {first:.0} to {last:.0}")
            }
            (count, ..) => format!("log of the agent, {count} times"),
        };
        let action = log
            .hits(&switch_agent::ACTION)
            .filter(|action| action.line.start < last.line.start)
            .last()
            .map(|action| log.evidence(action, "the last action before it"));
        let evidence = std::iter::once(log.evidence(last, note)).chain(action).collect();
        Some(Reason { issue: *issue, words, step, evidence, at: last.time() })
    })
}

//! What a switch port shows of its own trouble (fabric reference 6, 8.3): the reasons inside a finding about a link.

mod counters;
mod optics;

pub use counters::COUNTED_LONG;

use super::PortState;
use crate::finding::{Evidence, Severity};
use crate::model::wiring::ConnectionKind;

/// One sign of trouble of a port.
#[derive(Debug, Clone)]
pub struct PortSign {
    /// Row of the fabric reference.
    pub reference: &'static str,
    /// How bad it is on a port that is up.
    pub severity: Severity,
    /// The trouble as the second half of a sentence about the port.
    pub words: String,
    /// Its proof.
    pub evidence: Vec<Evidence>,
    /// What to do.
    pub advice: &'static str,
}

/// Rows that can be the reason of a link that is down, most telling first. Of two ends the one that is shut, or whose
/// module is missing or dark, is the reason of what the other one sees.
const TELLING: [&str; 12] = [
    "LINK-205", "LINK-207", "LINK-215", "LINK-214", "LINK-212", "LINK-211", "LINK-213", "LINK-210", "LINK-217",
    "LINK-218", "LINK-216", "LINK-208",
];

impl PortSign {
    /// Place among the reasons of a link; lower is more telling.
    #[must_use]
    pub fn rank(&self) -> usize {
        TELLING.iter().position(|row| *row == self.reference).unwrap_or(TELLING.len())
    }
}

impl PortState<'_> {
    /// True if the switch's configuration is not applied yet: a port that is shut may be about to come up.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.agent.meta.generation != self.agent.status.last_applied_gen
    }

    /// True if the switch has shut the port because it flapped.
    #[must_use]
    pub fn is_shut_by_switch(&self) -> bool {
        self.interface.err_disabled
    }

    /// True if the port is administratively down.
    #[must_use]
    pub fn is_shut_by_hand(&self) -> bool {
        self.interface.admin == "down" && !self.interface.err_disabled
    }

    /// Why the link of this port is down, as far as this end tells, most telling first.
    #[must_use]
    pub fn reasons(&self, kind: ConnectionKind) -> Vec<PortSign> {
        let mut signs = Vec::new();
        if self.is_shut_by_switch() {
            let mut evidence = vec![self.evidence(&["errDisabled"], "shut after too many link flaps")];
            if self.interface.link_flap_count.is_some_and(|count| count > 0) {
                evidence.push(self.evidence(&["linkFlapCount"], "link flaps counted by the switch"));
            }
            let setting = self.agent.spec.switch.link_flap_err_disable.as_ref();
            if setting.is_some_and(|setting| setting.recovery_interval.is_some()) {
                let route = ["spec", "switch", "linkFlapErrDisable", "recoveryInterval"];
                evidence.push(self.agent.evidence(&route, "seconds until the switch tries the port again; 0 = never"));
            }
            signs.push(PortSign {
                reference: "LINK-205",
                severity: Severity::Error,
                words: "the switch has shut it because it flapped".into(),
                evidence,
                advice: "check cable and modules; the port returns after the switch's recovery interval (300 s if not \
                         set), or by hand where that is 0",
            });
        }
        if self.is_shut_by_hand() {
            signs.push(PortSign {
                reference: "LINK-207",
                severity: Severity::Error,
                words: "it is administratively down".into(),
                evidence: vec![self.evidence(&["admin"], "the port is shut although a Connection uses it")],
                advice: "somebody shut the port on the switch, or its configuration is not applied: the agent enables \
                         every port of a Connection",
            });
        }
        // The laser of a port that is shut is off by design.
        if self.interface.admin != "down" && self.has_optics() {
            signs.extend(optics::fault(self, kind));
            signs.extend(optics::stress(self));
        }
        signs.extend(counters::flaps(self));
        signs.extend(counters::errors(self));
        signs.sort_by_key(PortSign::rank);
        signs
    }

    /// Trouble of a port that is up, without its flaps: they need more than the port.
    #[must_use]
    pub fn troubles(&self) -> Vec<PortSign> {
        let mut signs = Vec::new();
        if self.has_optics() {
            signs.extend(optics::trouble(self));
            signs.extend(optics::stress(self));
        }
        signs.extend(counters::errors(self));
        signs.extend(counters::congestion(self));
        signs
    }

    /// True if the switch reports transceivers at all; virtual ones do not.
    fn has_optics(&self) -> bool {
        !self.agent.is_virtual() && !self.agent.status.state.transceivers.is_empty()
    }
}

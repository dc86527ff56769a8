//! Errors, drops and flaps that a port has counted (fabric reference 2.4, 8.3).

use super::PortSign;
use crate::facts::PortState;
use crate::finding::Severity;

/// More errored packets than bring-up explains.
const ERRORS: u64 = 1000;
/// Seconds (30 days) after which a single sum of errors says little.
pub const COUNTED_LONG: i64 = 30 * 86_400;
/// More dropped packets than a burst or two.
const DROPS: u64 = 10_000;
/// Percent of the speed.
const BUSY: f64 = 90.0;
/// Flaps beyond those of bring-up.
const FLAPS: u32 = 5;

/// Flaps as the reason of a port that is down.
pub(super) fn flaps(port: &PortState<'_>) -> Option<PortSign> {
    let count = port.interface.link_flap_count.filter(|count| *count >= FLAPS)?;
    Some(PortSign {
        reference: "LINK-218",
        severity: Severity::Warning,
        words: format!("it went down and up {count} times"),
        evidence: vec![port.evidence(&["linkFlapCount"], "link flaps counted by the switch")],
        advice: "flaps point at the cable, the modules or dirty fibres",
    })
}

/// Errored packets.
pub(super) fn errors(port: &PortState<'_>) -> Option<PortSign> {
    let counters = port.interface.counters.as_ref()?;
    let (received, sent) = (counters.ine, counters.oute);
    if received <= ERRORS && sent <= ERRORS {
        return None;
    }
    let mut evidence = Vec::new();
    let mut words = Vec::new();
    if received > ERRORS {
        evidence.push(port.evidence(&["counters", "ine"], "packets received with errors"));
        words.push(format!("{received} packets with errors received"));
    }
    if sent > ERRORS {
        evidence.push(port.evidence(&["counters", "oute"], "packets that could not be sent for errors"));
        words.push(format!("{sent} packets with errors sent"));
    }
    Some(PortSign {
        reference: "LINK-208",
        severity: Severity::Warning,
        words: words.join(", "),
        evidence,
        advice: "look at the counters again after some minutes; errors that grow point at dirty optics, the cable, or \
                 ends with different FEC",
    })
}

/// Drops for want of room.
pub(super) fn congestion(port: &PortState<'_>) -> Option<PortSign> {
    let counters = port.interface.counters.as_ref()?;
    let mut evidence = Vec::new();
    let mut words = Vec::new();
    if counters.outd > DROPS {
        evidence.push(port.evidence(&["counters", "outd"], "packets discarded instead of sent"));
        words.push(format!("{} packets discarded on sending", counters.outd));
    }
    for (name, queue) in counters.queues.iter().filter(|(_, queue)| queue.dp > DROPS).take(2) {
        evidence.push(port.evidence(&["counters", "queues", name, "dp"], "packets dropped in this queue"));
        words.push(format!("{} packets dropped in queue {name}", queue.dp));
    }
    for (field, used, way) in [("inu", counters.inu, "receiving"), ("outu", counters.outu, "sending")] {
        if used >= BUSY {
            evidence.push(port.evidence(&["counters", field], "percent of the port's speed in use"));
            words.push(format!("{used:.0} % of its speed in use {way}"));
        }
    }
    (!evidence.is_empty()).then(|| PortSign {
        reference: "LINK-209",
        severity: Severity::Warning,
        words: words.join(", "),
        evidence,
        advice: "the link carries more than it can: add links, or find the traffic that fills it",
    })
}

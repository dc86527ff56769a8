//! Why a switch port is down, as far as the switch can tell (fabric reference 8.3).

use crate::facts::PortState;
use crate::finding::Evidence;
use crate::model::agent::TransceiverState;

/// A cause that the switch shows.
#[derive(Debug)]
pub(super) struct Reason {
    /// Row of the fabric reference.
    pub(super) reference: &'static str,
    /// The cause as the second half of a sentence.
    pub(super) words: String,
    /// Its proof.
    pub(super) evidence: Vec<Evidence>,
    /// What to do.
    pub(super) advice: &'static str,
}

/// No light: modules report a floor of -40 dBm, or nothing.
const DARK: f64 = -35.0;
/// Usual low alarm of modern optics.
const LOW: f64 = -10.0;

/// True for virtual switches, which have no transceivers.
fn is_virtual(port: &PortState<'_>) -> bool {
    let profile = &port.agent.spec.switch.profile;
    profile.starts_with("vs") || profile == "cumulus-vx" || port.agent.status.state.nos.asic_version == "vs"
}

/// Reasons, most telling first.
pub(super) fn reasons(port: &PortState<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let interface = port.interface;
    if interface.err_disabled {
        reasons.push(Reason {
            reference: "LINK-205",
            words: "the switch has shut it because it flapped".into(),
            evidence: vec![port.evidence(&["errDisabled"], "shut after too many link flaps")],
            advice: "check cable and modules; the port returns after the switch's recovery interval, or by hand where \
                     that is 0",
        });
    }
    if interface.admin == "down" && !interface.err_disabled {
        reasons.push(Reason {
            reference: "LINK-207",
            words: "it is administratively down".into(),
            evidence: vec![port.evidence(&["admin"], "the port is shut although a Connection uses it")],
            advice: "somebody shut the port on the switch, or its configuration is not applied: the agent enables every \
                     port of a Connection",
        });
    }
    if interface.admin != "down" && !is_virtual(port) && !port.agent.status.state.transceivers.is_empty() {
        reasons.extend(optics(port));
    }
    if let Some(count) = interface.link_flap_count.filter(|count| *count >= 5) {
        reasons.push(Reason {
            reference: "LINK-218",
            words: format!("it went down and up {count} times"),
            evidence: vec![port.evidence(&["linkFlapCount"], "link flaps counted by the switch")],
            advice: "flaps point at the cable, the modules or dirty fibres",
        });
    }
    reasons
}

fn optics(port: &PortState<'_>) -> Option<Reason> {
    let missing = |words: &str, evidence: Vec<Evidence>| Reason {
        reference: "LINK-215",
        words: words.into(),
        evidence,
        advice: "insert the module or seat it again, on both ends",
    };
    let Some((_, module)) = port.transceiver else {
        // Copper sockets have none.
        let copper = port.interface.speed == "1G" || port.interface.speed == "10G";
        return (!copper).then(|| {
            missing("no transceiver is reported in it", vec![port.transceiver_evidence(&[], "no transceiver entry")])
        });
    };
    if module.present == "NOT_PRESENT" {
        let present = port.transceiver_evidence(&["present"], "no module in the cage");
        return Some(missing("its transceiver is not present", vec![present]));
    }
    if module.oper.is_empty() && module.cmis.is_empty() && module.channels.is_empty() {
        let oper = port.transceiver_evidence(&["oper"], "the cage is empty or its module does not report");
        return Some(missing("its transceiver does not report", vec![oper]));
    }
    if matches!(module.oper.as_str(), "inactive" | "disabled") || !matches!(module.cmis.as_str(), "" | "Ready") {
        let field = if matches!(module.cmis.as_str(), "" | "Ready") { "oper" } else { "cmis" };
        let state = if field == "oper" { &module.oper } else { &module.cmis };
        return Some(Reason {
            reference: "LINK-214",
            words: format!("its transceiver is not operational ({state})"),
            evidence: vec![port.transceiver_evidence(&[field], "state of the module")],
            advice: "reseat or replace the module; a Celestica DS5000 may need a power cycle after a breakout change",
        });
    }
    let whole = port
        .agent
        .status
        .state
        .breakouts
        .get(crate::facts::base_port(port.key))
        .is_none_or(|breakout| breakout.mode.starts_with("1x"));
    light(port, module, whole)
}

/// Verdict of the lasers; copper has none.
fn light(port: &PortState<'_>, module: &TransceiverState, whole: bool) -> Option<Reason> {
    if !matches!(module.cable.as_str(), "FIBER" | "AOC") || module.channels.is_empty() {
        return None;
    }
    let dark = |power: Option<f64>| power.is_none_or(|power| power <= DARK);
    let lit = |power: Option<f64>| power.is_some_and(|power| power > LOW);
    let lanes = || module.channels.values();
    let proof = |field: &str, note: &str| {
        module
            .channels
            .iter()
            .filter(|(_, lane)| {
                let power = if field == "in" { lane.in_ } else { lane.out };
                dark(power) || !lit(power)
            })
            .map(|(name, _)| port.transceiver_evidence(&["channels", name, field], note))
            .take(2)
            .collect::<Vec<_>>()
    };
    let reason =
        |reference, words: &str, evidence, advice| Some(Reason { reference, words: words.into(), evidence, advice });
    // The lanes of a port that is broken out belong to several ports.
    if !whole {
        return None;
    }
    if lanes().all(|lane| dark(lane.out)) {
        return reason(
            "LINK-212",
            "its transceiver does not send",
            proof("out", "no light is sent"),
            "the module failed or is half inserted: reseat or replace it",
        );
    }
    if lanes().all(|lane| dark(lane.in_)) {
        return lanes().all(|lane| lit(lane.out)).then(|| Reason {
            reference: "LINK-210",
            words: "it receives no light".into(),
            evidence: proof("in", "no light is received although the own laser sends"),
            advice: "fibre unplugged, cut or with wrong polarity, or the far end does not send",
        });
    }
    if lanes().any(|lane| dark(lane.in_)) && lanes().any(|lane| lit(lane.in_)) {
        return reason(
            "LINK-211",
            "some lanes receive no light",
            proof("in", "this lane is dark"),
            "part of the fibres is damaged, dirty or wrongly wired",
        );
    }
    if lanes().any(|lane| !lit(lane.in_)) {
        return reason(
            "LINK-213",
            "it receives too little light",
            proof("in", "below the usual low alarm of -10 dBm"),
            "clean or reseat the fibre",
        );
    }
    None
}

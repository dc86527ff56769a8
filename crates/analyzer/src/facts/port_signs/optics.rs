//! What a transceiver tells: whether it is there, works, sends and receives (fabric reference 2.6, 6, 8.3).

use super::PortSign;
use crate::facts::{PortState, base_port};
use crate::finding::{Evidence, Severity};
use crate::model::agent::{TransceiverChannel, TransceiverState};
use crate::model::wiring::ConnectionKind;

/// No light: modules report a floor of -40 dBm, or nothing.
const DARK: f64 = -35.0;
/// Usual low alarm of modern optics.
const LOW: f64 = -10.0;
/// Low alarm of optics for long ways.
const LOW_LONG: f64 = -18.0;

fn dark(power: Option<f64>) -> bool {
    power.is_none_or(|power| power <= DARK)
}

/// Dark by what the module says, not by silence.
fn measured_dark(power: Option<f64>) -> bool {
    power.is_some_and(|power| power <= DARK)
}

fn lit(power: Option<f64>) -> bool {
    power.is_some_and(|power| power > LOW)
}

/// True for copper sockets by their speed: they hold no module.
fn is_copper(port: &PortState<'_>) -> bool {
    matches!(port.interface.speed.as_str(), "10M" | "100M" | "1G" | "2500M" | "2.5G" | "5G" | "10G")
}

/// The reason that a transceiver gives for a port that is down.
pub(super) fn fault(port: &PortState<'_>, kind: ConnectionKind) -> Option<PortSign> {
    let missing = |words: &str, evidence: Evidence| PortSign {
        reference: "LINK-215",
        severity: Severity::Error,
        words: words.into(),
        evidence: vec![evidence],
        advice: "insert the module or seat it again, on both ends",
    };
    let Some((_, module)) = port.transceiver else {
        // Servers are often on copper sockets, or not there yet.
        let expected = !kind.has_server() && !is_copper(port);
        return expected.then(|| {
            missing("no transceiver is reported in it", port.transceiver_evidence(&[], "no transceiver entry"))
        });
    };
    if module.present == "NOT_PRESENT" {
        let present = port.transceiver_evidence(&["present"], "no module in the cage");
        return Some(missing("its transceiver is not present", present));
    }
    if module.oper.is_empty() && module.cmis.is_empty() && module.channels.is_empty() {
        let oper = port.transceiver_evidence(&["oper"], "the cage is empty or its module does not report");
        return (!kind.has_server()).then(|| missing("its transceiver does not report", oper));
    }
    not_operational(port, module).or_else(|| light(port, module))
}

/// A module that says itself that it does not work.
fn not_operational(port: &PortState<'_>, module: &TransceiverState) -> Option<PortSign> {
    let ready = matches!(module.cmis.as_str(), "" | "Ready");
    if ready && !matches!(module.oper.as_str(), "inactive" | "disabled") {
        return None;
    }
    let (field, state) = if ready { ("oper", &module.oper) } else { ("cmis", &module.cmis) };
    Some(PortSign {
        reference: "LINK-214",
        severity: Severity::Error,
        words: format!("its transceiver is not operational ({state})"),
        evidence: vec![port.transceiver_evidence(&[field], "state of the module")],
        advice: "reseat or replace the module; a Celestica DS5000 may need a power cycle after a breakout change",
    })
}

/// True if all lanes of the module belong to this port.
fn is_whole(port: &PortState<'_>) -> bool {
    let breakouts = &port.agent.status.state.breakouts;
    breakouts.get(base_port(port.key)).is_none_or(|breakout| breakout.mode.starts_with("1x"))
}

/// True if the module has lasers whose power is known. Copper has none.
fn has_lasers(module: &TransceiverState) -> bool {
    matches!(module.cable.as_str(), "FIBER" | "AOC") && !module.channels.is_empty()
}

/// True for optics that are built for long ways and hear weaker light.
fn is_long_range(module: &TransceiverState) -> bool {
    let names = [module.descr.to_ascii_uppercase(), module.vendor_part.to_ascii_uppercase()];
    names.iter().any(|name| ["ZR", "LR", "ER4", "ER8", "BASE-ER", "COHERENT"].iter().any(|mark| name.contains(mark)))
}

/// Up to two lanes as proof.
fn proof(
    port: &PortState<'_>,
    module: &TransceiverState,
    field: &str,
    note: &str,
    shows: impl Fn(&TransceiverChannel) -> bool,
) -> Vec<Evidence> {
    let lanes = module.channels.iter().filter(|(_, lane)| shows(lane));
    lanes.map(|(name, _)| port.transceiver_evidence(&["channels", name, field], note)).take(2).collect()
}

fn sender_dark(port: &PortState<'_>, module: &TransceiverState) -> PortSign {
    PortSign {
        reference: "LINK-212",
        severity: Severity::Error,
        words: "its transceiver does not send".into(),
        evidence: proof(port, module, "out", "no light is sent", |lane| dark(lane.out)),
        advice: "the module failed or is half inserted: reseat or replace it",
    }
}

fn lanes_dark(port: &PortState<'_>, module: &TransceiverState) -> PortSign {
    PortSign {
        reference: "LINK-211",
        severity: Severity::Error,
        words: "some lanes receive no light".into(),
        evidence: proof(port, module, "in", "this lane is dark", |lane| dark(lane.in_)),
        advice: "part of the fibres is damaged, dirty or wrongly wired",
    }
}

fn weak(port: &PortState<'_>, module: &TransceiverState, severity: Severity) -> PortSign {
    let long = is_long_range(module);
    let note = if long {
        "below the typical threshold; this optic may hear less"
    } else {
        "below the usual low alarm of -10 dBm"
    };
    PortSign {
        reference: "LINK-213",
        severity,
        words: "it receives too little light".into(),
        evidence: proof(port, module, "in", note, |lane| !lit(lane.in_)),
        advice: "clean or reseat the fibre",
    }
}

/// Verdict of the lasers of a port that is down.
fn light(port: &PortState<'_>, module: &TransceiverState) -> Option<PortSign> {
    // The lanes of a port that is broken out belong to several ports.
    if !has_lasers(module) || !is_whole(port) {
        return None;
    }
    let lanes = || module.channels.values();
    // A module that measures nothing tells nothing.
    let measures = lanes().any(|lane| lane.in_.is_some() || lane.out.is_some());
    if measures && lanes().all(|lane| dark(lane.out)) {
        return Some(sender_dark(port, module));
    }
    if lanes().all(|lane| dark(lane.in_)) {
        return lanes().all(|lane| lit(lane.out)).then(|| PortSign {
            reference: "LINK-210",
            severity: Severity::Error,
            words: "it receives no light".into(),
            evidence: proof(port, module, "in", "no light is received although the own laser sends", |lane| {
                dark(lane.in_)
            }),
            advice: "fibre unplugged, cut or with wrong polarity, or the far end does not send",
        });
    }
    if lanes().any(|lane| dark(lane.in_)) && lanes().any(|lane| lit(lane.in_)) {
        return Some(lanes_dark(port, module));
    }
    lanes().any(|lane| !lit(lane.in_)).then(|| weak(port, module, Severity::Error))
}

/// What a module of a port that is up suffers from. Only what it measures counts: lanes that a slower link does not
/// use stay silent.
pub(super) fn trouble(port: &PortState<'_>) -> Option<PortSign> {
    let (_, module) = port.transceiver?;
    if module.present != "NOT_PRESENT"
        && let Some(sign) = not_operational(port, module)
    {
        return Some(sign);
    }
    if !has_lasers(module) || !is_whole(port) {
        return None;
    }
    let lanes = || module.channels.values();
    if lanes().all(|lane| measured_dark(lane.out)) && lanes().any(|lane| lit(lane.in_)) {
        return Some(sender_dark(port, module));
    }
    let silent = |lane: &TransceiverChannel| measured_dark(lane.in_) && !measured_dark(lane.out);
    if lanes().any(silent) && lanes().any(|lane| lit(lane.in_)) {
        return Some(lanes_dark(port, module));
    }
    let low = if is_long_range(module) { LOW_LONG } else { LOW };
    let faint = |limit: f64| lanes().any(|lane| lane.in_.is_some_and(|power| power > DARK && power < limit));
    if faint(low) {
        return Some(weak(port, module, Severity::Warning));
    }
    faint(LOW).then(|| weak(port, module, Severity::Info))
}

/// Heat and voltage. Zero is no measurement.
pub(super) fn stress(port: &PortState<'_>) -> Option<PortSign> {
    let (_, module) = port.transceiver?;
    let mut evidence = Vec::new();
    let mut words = Vec::new();
    let mut severity = Severity::Warning;
    if let Some(heat) = module.temp.filter(|heat| *heat > 75.0) {
        if heat > 85.0 {
            severity = Severity::Error;
        }
        words.push(format!("its transceiver has {heat:.0} °C"));
        evidence.push(port.transceiver_evidence(&["temp"], "°C; above 75 is too warm, above 85 hot"));
    }
    if let Some(volts) = module.voltage.filter(|volts| *volts > 0.0 && !(2.97..=3.63).contains(volts)) {
        words.push(format!("its transceiver has {volts:.2} V"));
        evidence.push(port.transceiver_evidence(&["voltage"], "V; a 3.3 V module needs 2.97 to 3.63"));
    }
    (!evidence.is_empty()).then(|| PortSign {
        reference: "LINK-216",
        severity,
        words: words.join(", "),
        evidence,
        advice: "check the airflow and the fans of the switch; replace the module if it alone is warm",
    })
}

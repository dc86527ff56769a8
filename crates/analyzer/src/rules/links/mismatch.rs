//! The two ends of a link run it differently (fabric reference 2.4, 8.3).

use super::ends::{End, Shown};
use crate::facts::{PortSign, PortState, base_port};
use crate::finding::Severity;

/// `rs` or `off` of a FEC as reported; none for what does not tell it.
fn fec(port: &PortState<'_>) -> Option<&'static str> {
    let fec = port.interface.fec.to_ascii_lowercase();
    let fec = fec.strip_prefix("fec_").unwrap_or(&fec);
    match fec {
        "disabled" | "none" => Some("off"),
        _ if fec.starts_with("rs") => Some("rs"),
        _ => None,
    }
}

/// What differs between the two ends of a link between switches.
pub(super) fn between(ends: &[End<'_>]) -> Option<Shown> {
    let [first, second] = ends else { return None };
    let (a, b) = (first.live()?, second.live()?);
    if a.is_up() != b.is_up() {
        return None;
    }
    let mut words = Vec::new();
    let mut evidence = Vec::new();
    let (speed_a, speed_b) = (a.interface.speed.as_str(), b.interface.speed.as_str());
    if !speed_a.is_empty() && !speed_b.is_empty() && !speed_a.eq_ignore_ascii_case(speed_b) {
        words.push(format!("it runs at {speed_a}, the far end at {speed_b}"));
        evidence.push(a.evidence(&["speed"], format!("speed of {}", first.words())));
        evidence.push(b.evidence(&["speed"], format!("speed of {}", second.words())));
    }
    if let (Some(fec_a), Some(fec_b)) = (fec(&a), fec(&b))
        && fec_a != fec_b
    {
        words.push(format!("it runs with FEC {}, the far end with {}", a.interface.fec, b.interface.fec));
        evidence.push(a.evidence(&["fec"], format!("FEC of {}", first.words())));
        evidence.push(b.evidence(&["fec"], format!("FEC of {}", second.words())));
    }
    if a.interface.auto != b.interface.auto {
        let (on, off) = if a.interface.auto { ((first, &a), second) } else { ((second, &b), first) };
        words.push(format!("auto-negotiation is on at {} and off at {}", on.0.words(), off.words()));
        evidence.push(on.1.evidence(&["auto"], "auto-negotiation of this end only"));
    }
    let severity = if a.is_up() { Severity::Warning } else { Severity::Error };
    shown(first, severity, words, evidence)
}

/// A port that is up with another speed than its switch is configured for.
pub(super) fn configured(end: &End<'_>) -> Option<Shown> {
    let port = end.live().filter(|port| port.is_up() && !port.is_behind() && !port.agent.is_virtual())?;
    let base = base_port(port.key);
    // A port that can be broken out has its speed from the breakout mode.
    if base != port.key || port.agent.status.state.breakouts.contains_key(base) || port.interface.speed.is_empty() {
        return None;
    }
    let speeds = &port.agent.spec.switch.port_speeds;
    let wanted = speeds.get(base).filter(|wanted| !wanted.is_empty())?;
    if wanted.eq_ignore_ascii_case(&port.interface.speed) {
        return None;
    }
    let words = vec![format!("it runs at {}, configured is {wanted}", port.interface.speed)];
    let evidence = vec![
        port.evidence(&["speed"], "speed of the port"),
        port.agent.evidence(&["spec", "switch", "portSpeeds", base], "speed that is configured"),
    ];
    shown(end, Severity::Warning, words, evidence)
}

fn shown(
    end: &End<'_>,
    severity: Severity,
    words: Vec<String>,
    evidence: Vec<crate::finding::Evidence>,
) -> Option<Shown> {
    (!words.is_empty()).then(|| Shown {
        port: end.words(),
        sign: PortSign {
            reference: "LINK-217",
            severity,
            words: words.join(", "),
            evidence,
            advice: "give both ends the same speed, FEC and auto-negotiation; where the switch did not take its speed, \
                     set it by sonic-cli",
        },
    })
}

//! What the findings about links that are down have in common.

use super::ends::{End, Shown};
use crate::facts::{Context, FabricLink};
use crate::finding::{Evidence, Finding};

/// `: its transceiver is not present (leaf-01/E1/49)`, or nothing.
pub(super) fn because(reasons: &[Shown]) -> String {
    reasons.first().map(|shown| format!(": {} ({})", shown.sign.words, shown.port)).unwrap_or_default()
}

/// The port that a finding about a broken link names: the one that shows the reason, else one that is down.
pub(super) fn blamed(ends: &[End<'_>], reasons: &[Shown]) -> String {
    let down = || ends.iter().find(|end| end.is_down()).or(ends.first()).map(End::words);
    reasons.first().map(|shown| shown.port.clone()).or_else(down).unwrap_or_default()
}

/// Evidence of both ends: state, reason, since when.
pub(super) fn proof(cx: &Context<'_>, ends: &[End<'_>], reasons: &mut [Shown]) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let mut shown: Vec<&End<'_>> = ends.iter().filter(|end| end.live().is_some()).collect();
    let blamed = blamed(ends, reasons);
    shown.sort_by_key(|end| (end.words() != blamed, !end.is_down()));
    for end in &shown {
        if let Some(port) = end.live() {
            evidence.push(port.evidence(&["oper"], format!("port {} of {}", end.end.port, end.end.device)));
        }
    }
    for reason in reasons.iter_mut() {
        evidence.append(&mut reason.sign.evidence);
    }
    for end in shown.iter().filter(|end| end.is_down()) {
        let Some(port) = end.live() else { continue };
        if let Some(change) = port.interface.change {
            let note = match cx.age(change).filter(|age| age.seconds >= 0) {
                Some(age) => format!("{} before the capture", age.words()),
                None => "last change of the state".into(),
            };
            evidence.push(port.evidence(&["change"], note));
        }
    }
    evidence
}

/// Names the rows of the reasons.
pub(super) fn named(mut finding: Finding, first: &'static str, reasons: &[Shown]) -> Finding {
    finding.reference = vec![first];
    for reason in reasons {
        finding = finding.reference(reason.sign.reference);
    }
    finding
}

/// Advice of the reasons, and how to look.
pub(super) fn steps(mut finding: Finding, link: &FabricLink<'_>, ends: &[End<'_>], reasons: &[Shown]) -> Finding {
    let mut said = Vec::new();
    let dark = reasons.first().is_some_and(|first| first.sign.reference == "LINK-210");
    for shown in reasons {
        // That nothing is received follows from an end that does not send.
        if shown.sign.reference == "LINK-210" && !dark {
            continue;
        }
        if !said.contains(&shown.sign.advice) {
            said.push(shown.sign.advice);
            finding = finding.step(shown.sign.advice);
        }
    }
    if reasons.is_empty() {
        finding = finding.step("check cable and modules on both ends");
    }
    for end in ends {
        finding = finding.run(
            format!("see the port as {} reports it", end.end.device),
            format!("kubectl fabric inspect port --name {}", end.words()),
        );
    }
    finding.run("see the Connection", format!("kubectl get connection {} -o yaml", link.connection))
}

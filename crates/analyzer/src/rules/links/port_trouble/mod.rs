//! A link is up, and something is wrong with it.

mod flaps;
#[cfg(test)]
mod tests;

use super::ends::{self, End, Shown};
use super::mismatch;
use crate::facts::{COUNTED_LONG, Context, FabricLink};
use crate::finding::{Key, KeyKind, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::BAD_LINK;

/// See the metadata.
#[derive(Debug)]
pub(super) struct PortTrouble;

/// Rows of trouble that loses packets: it can spoil a session.
const LOSES: [&str; 5] = ["LINK-208", "LINK-211", "LINK-213", "LINK-216", "LINK-218"];

static META: Meta = Meta {
    id: "link-trouble",
    reference: &["LINK-208", "LINK-209", "LINK-211", "LINK-213", "LINK-214", "LINK-216", "LINK-217", "LINK-218"],
    title: "A link is up, but something is wrong with it",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::Agents],
    uses: &[
        Source::Connections,
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Nodes,
        Source::Pods,
        Source::Events,
    ],
    explanation: "\
Looks at every port of a Connection whose link is up, at both ends, and says all of a link in one finding:

- more than 1000 packets with errors since boot or since the counters were cleared
- more than 10 000 packets discarded or dropped in a queue, or 90 % of the speed in use
- lanes of an optic without light, or with less than -10 dBm
- a transceiver that is not operational, above 75 °C, or outside 2.97 to 3.63 V
- ends with different speed, FEC or auto-negotiation; a speed other than the configured one
- five or more flaps, the last less than a day ago

## Why it matters

Such a link loses packets, and with them BGP and BFD sessions, long before it goes down.

## Not a fault

- ports in no Connection, and spare modules in them
- copper: it has no lasers
- a handful of errors, discards or flaps since boot
- errors counted over more than 30 days without another sign (`info`)
- optics for long ways (LR, ER, ZR) hear weaker light: below -10 dBm is `info` for them
- flaps in the minutes around a reboot of either end or an apply of the switch, or of a Connection that is new

## What to do

Clean and reseat the fibre, then replace the module or the cable that the finding blames. Look at the counters twice \
some minutes apart.",
    explains: BAD_LINK,
    order: Order::Wiring,
};

impl Rule for PortTrouble {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for link in &cx.topology().links {
            let ends = ends::ends(cx, link);
            if let Some(why) = ends::untold(&ends) {
                let part = ends.first().map(End::words).unwrap_or_default();
                ends::say_untold(out, link.subject().part(part), why);
            } else if ends.iter().any(End::is_down) {
                // The finding about the link says it.
            } else {
                check(cx, out, link, &ends);
            }
        }
    }
}

fn check<'b>(cx: &Context<'b>, out: &mut Outcome, link: &FabricLink<'b>, ends: &[End<'b>]) {
    let mut signs: Vec<Shown> = Vec::new();
    for end in ends {
        signs.extend(of_end(cx, link, end, ends));
    }
    signs.extend(mismatch::between(ends));
    signs.extend(ends.iter().filter_map(mismatch::configured));
    // Worst first, then in the order of rows and ports.
    signs.sort_by_key(|shown| (std::cmp::Reverse(shown.sign.severity), shown.sign.rank()));
    let Some(first) = signs.first() else {
        out.pass();
        return;
    };
    let new = ends_at_new_gateway(cx, link);
    let severity = if new { Severity::Info } else { first.sign.severity };
    let title = format!("link {} is up, but {} ({})", link.words(), first.sign.words, first.port);
    let mut finding = out.finding(severity, link.subject().part(&*first.port), title);
    finding.reference.clear();
    let mut words = Vec::new();
    let mut advice = Vec::new();
    let mut loses = false;
    for shown in signs {
        words.push(format!("{}: {}", shown.port, shown.sign.words));
        loses |= shown.sign.severity >= Severity::Warning && LOSES.contains(&shown.sign.reference);
        finding = finding.reference(shown.sign.reference).evidences(shown.sign.evidence);
        if !advice.contains(&shown.sign.advice) {
            advice.push(shown.sign.advice);
        }
    }
    let effect = if loses {
        "A link like this loses packets; its sessions may flap."
    } else {
        "The link works; the sign deserves a look."
    };
    // Only trouble that loses packets explains what happens to the sessions.
    let is_session = |key: &Key| matches!(key.kind(), KeyKind::Port | KeyKind::Neighbour);
    finding = finding
        .detail(format!("{}. {effect}", words.join("; ")))
        .keys(link.keys().into_iter().filter(|key| loses || !is_session(key)));
    for text in advice {
        finding = finding.step(text);
    }
    for end in ends {
        finding = finding.run(
            format!("see the port as {} reports it", end.end.device),
            format!("kubectl fabric inspect port --name {}", end.words()),
        );
    }
    out.report(finding);
}

/// Signs of one end.
fn of_end<'b>(cx: &Context<'b>, link: &FabricLink<'b>, end: &End<'b>, ends: &[End<'b>]) -> Vec<Shown> {
    let Some(port) = end.live() else { return Vec::new() };
    let mut signs = port.troubles();
    let mut flaps = flaps::flaps(cx, link, end, ends);
    let weak = signs.iter().any(|sign| matches!(sign.reference, "LINK-208" | "LINK-213"));
    if let Some((sign, count)) = &mut flaps
        && weak
        && *count >= 10
    {
        sign.severity = Severity::Error;
    }
    // A sum over a long time says little without another sign.
    let alone = flaps.is_none() && !signs.iter().any(|sign| sign.reference == "LINK-213");
    let cleared = port.interface.counters.as_ref().and_then(|counters| counters.clear);
    let counted = match cleared {
        Some(cleared) => cx.age(cleared).map(|age| age.seconds),
        None => cx.running_for(port.agent),
    };
    if alone && counted.is_some_and(|seconds| seconds > COUNTED_LONG) {
        for sign in signs.iter_mut().filter(|sign| sign.reference == "LINK-208") {
            sign.severity = Severity::Info;
        }
    }
    signs.extend(flaps.map(|(sign, _)| sign));
    signs.into_iter().map(|sign| Shown { port: end.words(), sign }).collect()
}

/// True for a link to a gateway that is being installed.
fn ends_at_new_gateway(cx: &Context<'_>, link: &FabricLink<'_>) -> bool {
    link.ends()
        .filter(|end| end.key == "gateway")
        .any(|end| cx.gateway(end.device).is_some_and(|gateway| gateway.is_new()))
}

//! Flaps of a link that is up (fabric reference 8.3).

use crate::facts::{Context, FabricLink, PortSign, bare};
use crate::finding::Severity;
use crate::model::Time;
use crate::rules::links::ends::End;

/// Flaps beyond those of bring-up.
const SOME: u32 = 5;
/// Flaps that no apply explains.
const MANY: u32 = 10;
/// Seconds: the last flap counts.
const RECENT: i64 = 86_400;
/// Seconds: a flap without a count must be this young.
const JUST_NOW: i64 = 600;
/// Seconds between a reboot, or the creation of the Connection, and the flaps that belong to it.
const AROUND: i64 = 600;
/// Seconds between an apply and the flaps that belong to it.
const AFTER_APPLY: i64 = 120;

/// The sign, and how many flaps were counted.
pub(super) fn flaps<'b>(
    cx: &Context<'b>,
    link: &FabricLink<'b>,
    end: &End<'b>,
    ends: &[End<'b>],
) -> Option<(PortSign, u32)> {
    let port = end.live()?;
    let change = port.interface.change?;
    let age = cx.age(change).filter(|age| age.seconds >= 0)?;
    let (count, words, mut evidence) = match port.interface.link_flap_count {
        Some(count) if count >= SOME && age.under(RECENT) => {
            let words = format!("it went down and up {count} times, the last time {} before the capture", age.words());
            (count, words, vec![port.evidence(&["linkFlapCount"], "link flaps counted by the switch")])
        }
        Some(_) => return None,
        None if age.under(JUST_NOW) => {
            let evidence = lost_sessions(link, end)?;
            let words = format!("it came up again {} before the capture, and its session was lost before", age.words());
            (0, words, evidence)
        }
        None => return None,
    };
    evidence.push(port.evidence(&["change"], format!("{} before the capture", age.words())));
    if is_excused(cx, link, ends, change, count) {
        return None;
    }
    let sign = PortSign {
        reference: "LINK-218",
        severity: Severity::Warning,
        words,
        evidence,
        advice: "flaps point at the cable, the modules or dirty fibres",
    };
    Some((sign, count))
}

/// The session over a link that was lost again and again because the interface went down.
fn lost_sessions(link: &FabricLink<'_>, end: &End<'_>) -> Option<Vec<crate::finding::Evidence>> {
    let agent = end.agent?;
    let far = link.far(end.end.device)?;
    let (key, session) = agent.status.state.bgp_neighbors.get("default")?.get_key_value(bare(far.ip))?;
    let reason = session.last_reset_reason.to_ascii_lowercase();
    if session.estab_trans < 3 || !reason.contains("interface down") {
        return None;
    }
    let at = |field| ["status", "state", "bgpNeighbors", "default", key.as_str(), field];
    Some(vec![
        agent.evidence(&at("lastResetReason"), "why the session over the link was lost"),
        agent.evidence(&at("estabTrans"), "how often it was established"),
    ])
}

/// Flaps with an innocent cause.
fn is_excused<'b>(cx: &Context<'b>, link: &FabricLink<'b>, ends: &[End<'b>], change: Time, count: u32) -> bool {
    let Some(age) = cx.age(change) else { return true };
    let agents = || ends.iter().filter_map(|end| end.agent);
    let applied = agents().any(|agent| {
        [agent.status.last_attempt_time, agent.status.last_applied_time].into_iter().flatten().any(|time| {
            let before = cx.age(time).map(|apply| apply.seconds.saturating_sub(age.seconds));
            before.is_some_and(|before| (0..=AFTER_APPLY).contains(&before))
        })
    });
    let rebooted = agents().any(|agent| {
        let apart = cx.running_for(agent).map(|running| running.saturating_sub(age.seconds).saturating_abs());
        apart.is_some_and(|apart| apart <= AROUND)
    });
    let new = link.object().and_then(|object| cx.object_age(object)).is_some_and(|age| age.under(AROUND));
    let far_rebooted =
        link.ends().filter(|end| end.key == "gateway").any(|end| cx.rebooted_together(end.device, change));
    (applied && count < MANY) || rebooted || new || far_rebooted
}

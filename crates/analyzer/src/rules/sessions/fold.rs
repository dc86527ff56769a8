//! Many sessions that are lost together are one finding: all of one device, all of one pair, or each alone.

use std::collections::{BTreeMap, BTreeSet};

use super::view::Fabric;
use crate::facts::FabricSession;

/// Sessions that one finding is about.
pub(super) struct Group<'s, 'b> {
    /// Set where they are all sessions of this device, two at least.
    pub(super) device: Option<&'b str>,
    /// True where they are all sessions of their pair of switches, two at least.
    pub(super) pair: bool,
    /// The sessions.
    pub(super) sessions: Vec<&'s FabricSession<'b>>,
}

/// Groups the sessions that are lost. `judged` holds every session that could be judged, and whether it is lost.
pub(super) fn fold<'s, 'b>(fabric: &Fabric<'b>, judged: &[(&'s FabricSession<'b>, bool)]) -> Vec<Group<'s, 'b>> {
    let mut count: BTreeMap<&'b str, (usize, usize)> = BTreeMap::new();
    for (session, lost) in judged {
        for device in [session.near.switch, session.peer] {
            let (all, gone) = count.entry(device).or_default();
            *all = all.saturating_add(1);
            *gone = gone.saturating_add(usize::from(*lost));
        }
    }
    let mut whole: Vec<(&'b str, usize)> =
        count.iter().filter(|(_, (all, gone))| all == gone && *gone > 1).map(|(d, (_, gone))| (*d, *gone)).collect();
    whole.sort_by_key(|(device, gone)| (std::cmp::Reverse(*gone), fabric.is_spine(device), *device));
    let mut left: Vec<&'s FabricSession<'b>> = judged.iter().filter(|(_, lost)| *lost).map(|(s, _)| *s).collect();
    let mut groups = Vec::new();
    for (device, _) in whole {
        let (mine, others): (Vec<_>, Vec<_>) =
            left.iter().copied().partition(|session| session.near.switch == device || session.peer == device);
        if mine.len() > 1 {
            groups.push(Group { device: Some(device), pair: false, sessions: mine });
            left = others;
        }
    }
    let alive: BTreeSet<(&str, &str)> =
        judged.iter().filter(|(_, lost)| !lost).map(|(session, _)| pair_of(session)).collect();
    let mut pairs: BTreeMap<(&str, &str), Vec<&'s FabricSession<'b>>> = BTreeMap::new();
    for session in left {
        pairs.entry(pair_of(session)).or_default().push(session);
    }
    for (pair, sessions) in pairs {
        if sessions.len() > 1 && !alive.contains(&pair) {
            groups.push(Group { device: None, pair: true, sessions });
        } else {
            groups.extend(sessions.into_iter().map(|s| Group { device: None, pair: false, sessions: vec![s] }));
        }
    }
    groups
}

/// Near switch and peer.
pub(super) fn pair_of<'b>(session: &FabricSession<'b>) -> (&'b str, &'b str) {
    (session.near.switch, session.peer)
}

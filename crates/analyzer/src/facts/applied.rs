//! Which generation of its configuration a gateway runs (gateway reference 2.3, 8 Conventions).

use std::collections::BTreeSet;

use super::{Form, Gw};
use crate::model::Time;

/// Time of an apply that never was: 1970, which tables print as an age of more than thirty years.
const NEVER: i64 = 30 * 365 * 86_400;

/// Names of the peerings in the applied configuration, as `show tech` lists them.
#[derive(Debug, Clone)]
pub struct RunningPeerings<'b> {
    names: BTreeSet<&'b str>,
    /// The list was read to its end: a name that is not in it does not run.
    whole: bool,
}

impl RunningPeerings<'_> {
    /// True if the applied configuration holds the peering; none where the list was not read to its end.
    #[must_use]
    pub fn holds(&self, name: &str) -> Option<bool> {
        if self.names.contains(name) {
            return Some(true);
        }
        self.whole.then_some(false)
    }
}

impl<'b> Gw<'_, 'b> {
    /// Newest generation of the GatewayAgent; none where the capture does not tell it.
    #[must_use]
    pub fn generation(&self) -> Option<i64> {
        let agent = self.agent()?;
        agent.at(&["metadata", "generation"])?;
        Some(agent.meta.generation)
    }

    /// Generation that the dataplane reported as applied, 0 for none; none where the capture does not tell it.
    #[must_use]
    pub fn applied(&self) -> Option<i64> {
        let agent = self.agent()?;
        // In the last object of a cut dump a missing key is unknown, not zero.
        if self.cx.truncated() && agent.at(&["status", "lastAppliedGen"]).is_none() {
            return None;
        }
        Some(agent.status.last_applied_gen)
    }

    /// Generation for which FRR reported success, 0 for none; none where the capture does not tell it.
    #[must_use]
    pub fn frr_applied(&self) -> Option<i64> {
        let agent = self.agent()?;
        let route = ["status", "state", "frr", "lastAppliedGen"];
        // Tables do not print it, and a cut object may have lost it.
        let silent = agent.raw.form == Form::Table || agent.at(&["status", "state"]).is_none() || self.cx.truncated();
        if silent && agent.at(&route).is_none() {
            return None;
        }
        Some(agent.status.state.frr.last_applied_gen)
    }

    /// End of the last apply; none for the 1970 that a dataplane writes at its start.
    #[must_use]
    pub fn applied_at(&self) -> Option<Time> {
        self.agent()?.status.last_applied_time.filter(|time| match time {
            Time::At(at) => at.as_second() > NEVER / 30,
            Time::Age { seconds, .. } => *seconds < NEVER,
            Time::Future => true,
            Time::Never => false,
        })
    }

    /// True if the dataplane runs the newest generation; none where that cannot be told. The agent of 25.05
    /// reports every generation as applied: there FRR's generation decides.
    #[must_use]
    pub fn runs_newest(&self) -> Option<bool> {
        let (newest, applied) = (self.generation()?, self.applied()?);
        if newest != applied {
            return Some(false);
        }
        if self.is_25_05() { self.frr_applied().map(|frr| frr == newest) } else { Some(true) }
    }

    /// True if the dataplane runs a peering: it is in the spec and the newest generation is applied, or
    /// `show tech` lists it. None where neither is known.
    #[must_use]
    pub fn runs_peering(&self, name: &str) -> Option<bool> {
        let in_spec = self.agent().is_some_and(|agent| agent.spec.peerings.contains_key(name));
        if in_spec && self.runs_newest() == Some(true) {
            return Some(true);
        }
        self.show_tech().and_then(|output| output.value.runs_peering(name))
    }

    /// The peerings that `show tech` lists, for many questions; none where it was not captured.
    #[must_use]
    pub fn running_peerings(&self) -> Option<RunningPeerings<'b>> {
        let tech = &self.show_tech()?.value;
        let short = tech.vpcs.iter().flatten().flat_map(|vpc| &vpc.peerings).map(|peering| &peering.name);
        let long = tech.peerings.iter().flatten().flat_map(|vpc| &vpc.peerings).map(|peering| &peering.name);
        let names = short.chain(long).map(|name| name.value.as_str()).collect();
        // No peering has an empty name.
        Some(RunningPeerings { names, whole: tech.runs_peering("") == Some(false) })
    }

    /// Instant of the status that was captured, where it has one.
    #[must_use]
    pub fn status_at(&self) -> Option<jiff::Timestamp> {
        let collected = || self.agent().and_then(|agent| agent.status.state.last_collected_time);
        self.heartbeat().or_else(collected).and_then(Time::at)
    }
}

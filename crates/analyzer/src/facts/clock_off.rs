//! Gateways whose clock is off (gateway reference 8.1, GW-CLOCK).

use super::{Gw, Quality};
use crate::model::Time;

/// How a gateway's clock differs from the capture time, where the capture proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockOff {
    /// A time in the status is later than the capture; seconds where they are known.
    Ahead {
        /// Route of the time.
        field: &'static [&'static str],
        /// By how much.
        seconds: Option<i64>,
    },
    /// `show tech` prints a time before the capture began.
    Behind {
        /// By how much.
        seconds: i64,
        /// True if it is off by whole half hours, from one hour on, while the heartbeat is right: the zone.
        zone: bool,
    },
}

impl Gw<'_, '_> {
    /// How the gateway's clock is off.
    #[must_use]
    pub fn clock_off(&self) -> Option<ClockOff> {
        self.ahead().or_else(|| self.behind())
    }

    /// A heartbeat or apply time after the capture: more than 30 s, or 6 minutes after `createdAt` of a dump,
    /// whose logs are read later. A table prints `<invalid>`.
    pub(super) fn ahead(&self) -> Option<ClockOff> {
        let status = &self.agent()?.status;
        let clock = self.cx.clock();
        let tolerance = if clock.dump { 360 } else { 30 };
        let heartbeat = (self.heartbeat_route(), self.heartbeat());
        let applied: (&'static [&'static str], _) = (&["status", "lastAppliedTime"], status.last_applied_time);
        [heartbeat, applied].into_iter().find_map(|(field, time)| {
            if time == Some(Time::Future) {
                return Some(ClockOff::Ahead { field, seconds: None });
            }
            // A lower bound is no later than the times that it is made of.
            let seconds = clock.age(time?)?.seconds.saturating_neg();
            let proven = clock.quality == Quality::Exact || clock.alone_ahead.as_deref() == Some(self.name());
            let late = proven && seconds > tolerance;
            late.then_some(ClockOff::Ahead { field, seconds: Some(seconds) })
        })
    }

    /// The dump's `show tech` is read after `createdAt`: an earlier time is the gateway's clock or zone.
    pub(super) fn behind(&self) -> Option<ClockOff> {
        const HALF_HOUR: i64 = 1800;
        /// Outputs are read up to this much after the objects.
        const READ_WITHIN: i64 = 360;
        let clock = self.cx.clock();
        let created = clock.now.filter(|_| clock.dump && clock.quality == Quality::Exact)?;
        let printed = self.show_tech()?.value.time.as_ref()?.value;
        let printed = jiff::tz::Offset::UTC.to_timestamp(printed).ok()?;
        let seconds = created.as_second().saturating_sub(printed.as_second());
        if seconds <= 60 {
            return None;
        }
        // Read `late` seconds after the capture began, the clock is behind by `seconds + late`.
        let late = HALF_HOUR.saturating_sub(seconds.checked_rem(HALF_HOUR)?).checked_rem(HALF_HOUR)?;
        let halves = seconds.saturating_add(late) >= 2 * HALF_HOUR && late <= READ_WITHIN;
        let beat = self.heartbeat_age().map(|age| age.seconds);
        let beat_agrees = beat.is_some_and(|age| age.saturating_sub(seconds).saturating_abs() <= READ_WITHIN);
        Some(ClockOff::Behind { seconds, zone: halves && !beat_agrees })
    }
}

//! What a switch is and since when it runs (fabric reference 1.3, 2.3, 3.1, 8.2).

use super::{Agent, Context, Object, SwitchProfile};
use crate::model::wiring::SwitchProfileSpec;

impl Object<Agent> {
    /// True for virtual switches: their state holds no hardware (fabric reference 2.3, 8.2).
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        let profile = self.spec.switch.profile.as_str();
        let nos = &self.status.state.nos;
        profile.starts_with("vs")
            || profile == "cumulus-vx"
            || nos.asic_version.eq_ignore_ascii_case("vs")
            || (!nos.serial_number.is_empty() && nos.serial_number.bytes().all(|byte| byte == b'0'))
    }

    /// True if the switch was never provisioned: nothing was ever reported.
    #[must_use]
    pub fn never_reported(&self) -> bool {
        self.status.last_heartbeat.is_none() && self.status.last_applied_gen == 0 && self.status.version.is_empty()
    }

    /// Seconds since the NOS booted, as of the last heartbeat; none where the text is not understood.
    #[must_use]
    pub fn uptime(&self) -> Option<i64> {
        uptime_seconds(&self.status.state.nos.uptime)
    }
}

impl<'b> Context<'b> {
    /// Profile of a switch: the copy in its Agent, else the SwitchProfile object.
    #[must_use]
    pub fn profile_of(&self, agent: &'b Object<Agent>) -> Option<&'b SwitchProfileSpec> {
        let own = agent.spec.switch_profile.as_ref();
        let object = self.find::<SwitchProfile>(&agent.spec.switch.profile);
        own.or_else(|| object.map(|profile| &profile.spec))
    }

    /// True if the NOS of the switch reports its state: only `sonic-bcm-*` does (fabric reference 1.3). Where no
    /// profile is captured, what is reported tells.
    #[must_use]
    pub fn reports_state(&self, agent: &'b Object<Agent>) -> bool {
        match self.profile_of(agent).map(|profile| profile.nos_type.as_str()).filter(|nos| !nos.is_empty()) {
            Some(nos) => nos.starts_with("sonic-bcm"),
            None => !agent.status.state.interfaces.is_empty(),
        }
    }

    /// Seconds between the boot of a switch and the capture; none where it cannot be told.
    #[must_use]
    pub fn running_for(&self, agent: &Object<Agent>) -> Option<i64> {
        let beat = self.age_of(agent.status.last_heartbeat)?;
        Some(agent.uptime()?.saturating_add(beat.seconds.max(0)))
    }
}

/// Seconds of `09:15:16 up 1 day, 23:26, 1 user, load average: …`.
fn uptime_seconds(text: &str) -> Option<i64> {
    let (_, rest) = text.split_once("up ")?;
    let mut seconds = 0_i64;
    let mut known = false;
    for part in rest.split(',').map(str::trim) {
        let value = if let Some((hours, minutes)) = part.split_once(':') {
            let (hours, minutes) = (hours.parse::<i64>().ok(), minutes.parse::<i64>().ok());
            hours.zip(minutes).map(|(h, m)| h.saturating_mul(3600).saturating_add(m.saturating_mul(60)))
        } else {
            let mut words = part.split_whitespace();
            let number = words.next().and_then(|word| word.parse::<i64>().ok());
            let unit = match words.next() {
                Some("day" | "days") => Some(86_400),
                Some("min" | "mins" | "minutes") => Some(60),
                Some("sec" | "secs" | "seconds") => Some(1),
                _ => None,
            };
            number.zip(unit).map(|(number, unit)| number.saturating_mul(unit))
        };
        // The users and the load follow the time.
        let Some(value) = value else { break };
        seconds = seconds.saturating_add(value);
        known = true;
    }
    known.then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::uptime_seconds;

    #[test]
    fn uptimes() {
        assert_eq!(uptime_seconds("09:15:16 up 10:14, 1 user, load average: 5.39"), Some(36_840));
        assert_eq!(uptime_seconds(" 09:15:16 up 1 day, 23:26,  2 users,  load average: 5"), Some(170_760));
        assert_eq!(uptime_seconds("09:15:16 up 12 min,  0 users,  load average"), Some(720));
        assert_eq!(uptime_seconds("09:15:16 up 2 days, 5 min,  1 user"), Some(173_100));
        assert_eq!(uptime_seconds("10:14, 1 user"), None);
        assert_eq!(uptime_seconds("up 99999999999999999999:00"), None);
    }
}

//! Names of switch ports: those of the API and those of the NOS (fabric reference 1.3).

use std::collections::BTreeMap;

use super::{Agent, Context, Switch, SwitchProfile, base_port};
use crate::model::wiring::{SwitchProfileSpec, SwitchSpec};

/// The ports of one switch, by their names in the NOS.
#[derive(Debug, Clone, Default)]
pub struct PortNames {
    /// `Ethernet48` to `E1/49/1`.
    by_nos: BTreeMap<String, String>,
    /// Two-part names of ports that can be broken out.
    breakable: std::collections::BTreeSet<String>,
}

impl PortNames {
    /// The API's name of a port of the NOS, normalised.
    #[must_use]
    pub fn api(&self, nos: &str) -> Option<&str> {
        self.by_nos.get(nos).map(String::as_str)
    }

    /// Normalised form of an API name: the first sub-port of a port that can be broken out.
    #[must_use]
    pub fn normal(&self, port: &str) -> String {
        if self.breakable.contains(port) { format!("{port}/1") } else { port.to_owned() }
    }

    /// Names by a profile, the wanted breakouts, and the breakouts that the switch reports. A port whose breakout is
    /// not the wanted one has no names: which ports it has cannot be told.
    fn new(profile: &SwitchProfileSpec, switch: &SwitchSpec, reported: impl Fn(&str) -> Option<String>) -> Self {
        let mut names = Self::default();
        for (api, port) in &profile.ports {
            let breakout = profile.port_profiles.get(&port.profile).and_then(|kind| kind.breakout.as_ref());
            let Some(breakout) = breakout else {
                if !port.nos.is_empty() {
                    names.by_nos.insert(port.nos.clone(), api.clone());
                }
                continue;
            };
            names.breakable.insert(api.clone());
            let mode = switch.port_breakouts.get(api).unwrap_or(&breakout.default);
            if reported(api).is_some_and(|reported| !reported.is_empty() && reported != *mode) {
                continue;
            }
            let digits = port.base_nos_name.trim_start_matches(|letter: char| !letter.is_ascii_digit());
            let (Ok(base), Some(mode)) = (digits.parse::<u32>(), breakout.supported.get(mode)) else { continue };
            let prefix = port.base_nos_name.strip_suffix(digits).unwrap_or("Ethernet");
            for (offset, number) in mode.offsets.iter().zip(1_u32..) {
                if let Ok(offset) = offset.parse::<u32>() {
                    names.by_nos.insert(format!("{prefix}{}", base.saturating_add(offset)), format!("{api}/{number}"));
                }
            }
        }
        names
    }
}

impl<'b> Context<'b> {
    /// Names of the ports of a switch; none without its profile.
    #[must_use]
    pub fn port_names(&self, switch: &str) -> Option<PortNames> {
        let agent = self.find::<Agent>(switch);
        let spec = match agent.map(|agent| &agent.spec.switch).filter(|spec| !spec.profile.is_empty()) {
            Some(spec) => spec,
            None => &self.find::<Switch>(switch)?.spec,
        };
        let profile = match agent.and_then(|agent| agent.spec.switch_profile.as_ref()) {
            Some(profile) => profile,
            None => &self.find::<SwitchProfile>(&spec.profile)?.spec,
        };
        let breakouts = agent.map(|agent| &agent.status.state.breakouts);
        Some(PortNames::new(profile, spec, |port| Some(breakouts?.get(base_port(port))?.mode.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = "
ports:
  M1: {nos: Management0, management: true}
  E1/1: {nos: Ethernet0, profile: SFP28-25G}
  E1/2: {baseNOSName: Ethernet4, profile: QSFP28-100G}
  E1/3: {baseNOSName: Ethernet8, profile: QSFP28-100G}
  E1/4: {baseNOSName: Ethernet12, profile: QSFP28-100G}
portProfiles:
  SFP28-25G: {speed: {default: 25G}}
  QSFP28-100G: {breakout: {default: 1x100G, supported: {1x100G: {offsets: ['0']}, 4x25G: {offsets: ['0', '1', '2', '3']}}}}
";

    #[test]
    fn names_of_the_nos() {
        let profile: SwitchProfileSpec = serde_yaml::from_str(PROFILE).unwrap();
        let switch: SwitchSpec = serde_yaml::from_str("portBreakouts: {E1/3: 4x25G, E1/4: 4x25G}").unwrap();
        let reported = |port: &str| (port == "E1/4").then(|| "1x100G".to_owned());
        let names = PortNames::new(&profile, &switch, reported);
        assert_eq!(names.api("Management0"), Some("M1"));
        assert_eq!(names.api("Ethernet0"), Some("E1/1"));
        assert_eq!(names.api("Ethernet4"), Some("E1/2/1"));
        assert_eq!(names.api("Ethernet8"), Some("E1/3/1"));
        assert_eq!(names.api("Ethernet11"), Some("E1/3/4"));
        // A breakout that is not done yet, or done differently.
        assert_eq!(names.api("Ethernet12"), None);
        assert_eq!(names.api("enp2s1"), None);
        assert_eq!((names.normal("E1/1"), names.normal("E1/2")), ("E1/1".into(), "E1/2/1".into()));
        assert_eq!(names.normal("E1/3/2"), "E1/3/2");
    }
}

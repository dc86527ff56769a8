//! Whether a switch has a port of a name (fabric reference 1.3).

use crate::facts::{Agent, Context, Switch, SwitchProfile, base_port};
use crate::finding::Evidence;
use crate::model::wiring::{SwitchProfileSpec, SwitchSpec};

/// Settings and profile of a switch, where both are captured.
fn switch<'b>(cx: &Context<'b>, name: &str) -> Option<(&'b SwitchSpec, &'b SwitchProfileSpec)> {
    let agent = cx.find::<Agent>(name);
    let spec = cx.find::<Switch>(name).map(|switch| &switch.spec).or_else(|| agent.map(|agent| &agent.spec.switch))?;
    let own = cx.find::<SwitchProfile>(&spec.profile).map(|profile| &profile.spec);
    // The copy in the Agent is that of the profile which the Agent knows.
    let copy = agent.filter(|agent| agent.spec.switch.profile == spec.profile);
    let profile = own.or_else(|| copy.and_then(|agent| agent.spec.switch_profile.as_ref()))?;
    (!profile.ports.is_empty()).then_some((spec, profile))
}

/// Whether the switch has the port; none where its profile is not captured, or a breakout mode is unknown.
pub(super) fn exists(cx: &Context<'_>, name: &str, port: &str) -> Option<bool> {
    let (spec, profile) = switch(cx, name)?;
    has(spec, profile, port)
}

fn has(spec: &SwitchSpec, profile: &SwitchProfileSpec, port: &str) -> Option<bool> {
    if profile.ports.contains_key(port) {
        return Some(true);
    }
    let base = base_port(port);
    let Some(entry) = profile.ports.get(base).filter(|_| base != port) else { return Some(false) };
    let Some(kind) = profile.port_profiles.get(&entry.profile) else {
        return if entry.profile.is_empty() { Some(false) } else { None };
    };
    let Some(breakout) = &kind.breakout else { return Some(false) };
    let number: usize = port.rsplit('/').next()?.parse().ok()?;
    let mode = spec.port_breakouts.get(base).unwrap_or(&breakout.default);
    let count = breakout.supported.get(mode)?.offsets.len();
    Some((1..=count).contains(&number))
}

/// Where the port was looked for.
pub(super) fn looked(cx: &Context<'_>, name: &str, port: &str) -> Evidence {
    let base = base_port(port);
    let note = |profile: &str| format!("profile {profile} of {name} has no port {port}");
    let Some((spec, profile)) = switch(cx, name) else { return Evidence::absence(name, note("")) };
    if base != port && profile.ports.contains_key(base) {
        let words = format!("{base} is not broken out so that it has {port}");
        if let Some(object) = cx.find::<Switch>(name) {
            return object.key_evidence(&["spec", "portBreakouts"], words);
        }
    }
    match cx.find::<SwitchProfile>(&spec.profile) {
        Some(object) => object.key_evidence(&["spec", "ports"], note(&spec.profile)),
        None => Evidence::absence(format!("profile {} of {name}", spec.profile), note(&spec.profile)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_a_profile() {
        let profile: SwitchProfileSpec = serde_yaml::from_str(
            "ports: {E1/1: {nos: Ethernet0, profile: S}, E1/49: {nos: 1/49, profile: Q}, E1/50: {nos: 1/50, profile: Q}, E1/51: {profile: X}}\n\
             portProfiles: {S: {speed: {default: 25G}}, Q: {breakout: {default: 1x100G, supported: {1x100G: {offsets: ['0']}, 4x25G: {offsets: ['0', '1', '2', '3']}}}}}",
        )
        .unwrap();
        let spec: SwitchSpec = serde_yaml::from_str("portBreakouts: {E1/50: 4x25G}").unwrap();
        for (port, expected) in [
            ("E1/1", Some(true)),
            ("E1/1/1", Some(false)),
            ("E1/2", Some(false)),
            ("E1/49", Some(true)),
            ("E1/49/1", Some(true)),
            ("E1/49/2", Some(false)),
            ("E1/50/4", Some(true)),
            ("E1/50/5", Some(false)),
            ("E1/50/x", None),
            ("E1/51/1", None),
            ("E1/52/1", Some(false)),
        ] {
            assert_eq!(has(&spec, &profile, port), expected, "{port}");
        }
    }
}

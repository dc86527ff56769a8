//! Agents of the switches and their hardware (fabric reference 8.1, 8.2).

mod agent_stopped;
mod agent_version;
mod all_silent;
mod behind;
mod breakout;
mod crash_loop;
mod fleet;
mod heartbeat_stale;
mod identity;
mod mixed_versions;
mod never_provisioned;
mod nos_version;
mod power_and_fans;
mod reason;
mod reboot_required;
mod rebooted;
mod refused;
mod regression;
mod relations;
mod roce;
mod stale_spec;
mod state;
mod tables_full;
mod temperature;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[
    &heartbeat_stale::SwitchSilent,
    &all_silent::SwitchesSilent,
    &agent_stopped::AgentStopped,
    &behind::Behind,
    &crash_loop::CrashLoop,
    &never_provisioned::NeverProvisioned,
    &regression::Regression,
    &reboot_required::RebootRequired,
    &roce::RoceMismatch,
    &refused::Refused,
    &stale_spec::StaleSpec,
    &agent_version::AgentVersionSkew,
    &mixed_versions::MixedVersions,
    &power_and_fans::PowerAndFans,
    &temperature::TooHot,
    &tables_full::TablesFull,
    &breakout::BreakoutPending,
    &nos_version::NosVersion,
    &rebooted::Rebooted,
    &identity::WrongSerial,
    &identity::WrongPlatform,
];

#[cfg(test)]
mod source_tests;

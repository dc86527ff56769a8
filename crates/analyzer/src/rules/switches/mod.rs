//! Agents of the switches and their hardware (fabric reference 8.1, 8.2).

mod agent_stopped;
mod all_silent;
mod behind;
mod breakout;
mod crash_loop;
mod fleet;
mod heartbeat_stale;
mod never_provisioned;
mod power_and_fans;
mod reason;
mod reboot_required;
mod refused;
mod regression;
mod relations;
mod roce;
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
    &power_and_fans::PowerAndFans,
    &temperature::TooHot,
    &tables_full::TablesFull,
    &breakout::BreakoutPending,
];

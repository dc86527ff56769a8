//! Peerings, VPCInfos and their way into the agents (gateway reference 8.2).

mod absent;
mod controller;
mod dual;
mod external_without_export;
mod invalid;
mod no_member;
mod not_in_agent;
mod stale_agent_spec;
mod vpcinfo_duplicate_id;
mod vpcinfo_not_ready;
mod wrong_namespace;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[
    &wrong_namespace::WrongNamespace,
    &vpcinfo_not_ready::VpcInfoNotReady,
    &vpcinfo_duplicate_id::VpcInfoDuplicateId,
    &stale_agent_spec::StaleAgentSpec,
    &absent::Absent,
    &not_in_agent::NotInAgent,
    &no_member::NoMember,
    &dual::Dual,
    &invalid::Invalid,
    &external_without_export::ExternalWithoutExport,
];

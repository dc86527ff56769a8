//! Control plane: fabricator, controllers, pods, nodes, events, secrets (fabric reference 8.1).

mod authority;
mod certificate;
mod clock_skew;
mod control_pod;
mod deletion;
mod deprecated;
mod fabricator;
mod gateways_ready;
mod pod_fault;
mod presence;
mod reconcile;
mod registry;
mod secret;
mod warning_event;

pub(super) use pod_fault::registry_key;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[
    &control_pod::ControlPod,
    &registry::RegistryDown,
    &fabricator::FabricatorNotReady,
    &gateways_ready::GatewaysNotReady,
    &reconcile::ReconcileFails,
    &warning_event::WarningEvent,
    &clock_skew::ClockSkew,
    &secret::SecretInClear,
    &deprecated::RemovedFeature,
    &deletion::StuckDeletion,
    &authority::AuthorityRemade,
    &certificate::CertificateExpires,
];

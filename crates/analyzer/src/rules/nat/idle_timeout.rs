//! NAT sessions that end while their connections live.

use crate::facts::{Context, GatewayPeering, Object};
use crate::finding::{Confidence, Severity};
use crate::options::Symptom;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::validate::expose::Mode;
use crate::validate::nat::{Idle, IdleTimeout as Timeout, idle_timeouts};

/// See the metadata.
#[derive(Debug)]
pub(super) struct IdleTimeout;

static META: Meta = Meta {
    id: "nat-idle-timeout-short",
    reference: &["GW-NAT-IDLE", "S8"],
    title: "NAT sessions end after a short silence",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::GatewayPeerings],
    uses: &[Source::Symptom],
    explanation:
        "Reads `idleTimeout` of masquerading and port-forwarding exposes. Two minutes (the default) or less is \
information, and a warning if the user sees that traffic works for a while and then stops (`--symptom \
stops-after-a-while`). Below 10 s it is always a warning, below 1 s an error: the dataplane cuts fractions and takes \
that as 0, so that sessions end at once.

## Why it matters
After that silence the gateway forgets the session. The next packet of the connection is dropped (`Filtered`, TCP \
without SYN), and the client has to connect again: \"it works briefly, then stops\".

## Not a fault
The default of two minutes without a complaint. Pings are no test of it: they never count as established and live on \
timers of 5 s and 3 s.

## What to do
Let the applications send keepalives more often than the timeout, or raise `idleTimeout`.",
    explains: &[],
    order: Order::Nat,
};

impl Rule for IdleTimeout {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let complains = cx.symptom() == Some(Symptom::StopsAfterAWhile);
        for peering in cx.list::<GatewayPeering>().iter().filter(|p| p.has_whole_spec(cx.truncated())) {
            let mut timeouts = idle_timeouts(&peering.spec);
            if timeouts.is_empty() {
                continue;
            }
            timeouts.retain(|timeout| class(timeout) <= Idle::Default && class(timeout) != Idle::Unreadable);
            timeouts.sort_by_key(class);
            match timeouts.first() {
                Some(worst) => report(out, peering, worst, &timeouts, complains),
                None => out.pass(),
            }
        }
    }
}

/// Without a value the dataplane masquerades with two minutes, and forwards TCP ports for half an hour.
fn class(timeout: &Timeout) -> Idle {
    match (timeout.class, timeout.mode) {
        (Idle::Absent, Mode::Masquerade) => Idle::Default,
        (Idle::Absent, _) => Idle::Long,
        (class, _) => class,
    }
}

fn report(out: &mut Outcome, peering: &Object<GatewayPeering>, worst: &Timeout, all: &[Timeout], complains: bool) {
    let name = peering.name();
    let value = worst.value.as_deref().unwrap_or("2m0s");
    let (severity, confidence, effect) = match class(worst) {
        Idle::Zero => (
            Severity::Error,
            Confidence::Certain,
            "The dataplane cuts fractions of a second and takes this as 0: established sessions end at once.",
        ),
        Idle::Short => {
            (Severity::Warning, Confidence::Certain, "Connections that are silent for a few seconds are lost.")
        }
        _ if complains => (
            Severity::Warning,
            Confidence::Likely,
            "This fits traffic that works for a while and then stops: a connection that is silent for that long is \
             forgotten, its next packet is dropped, and the client has to connect again.",
        ),
        _ => (
            Severity::Info,
            Confidence::Certain,
            "That is no fault. Connections that are silent for longer are forgotten, and their next packet is dropped.",
        ),
    };
    let mut finding = out
        .finding(
            severity,
            peering.subject(),
            format!("NAT sessions of {} in peering {name} end after {value} of silence", worst.vpc),
        )
        .confidence(confidence)
        .detail(format!("{effect} Pings are no test of this: they live on timers of 5 s and 3 s."));
    for timeout in all.iter().take(4) {
        let mode = if timeout.mode == Mode::Masquerade { "masquerade" } else { "port forwarding" };
        finding = finding.evidence(peering.spec_evidence(&timeout.route, format!("{mode} of {}", timeout.vpc)));
    }
    let edit = format!("kubectl edit gatewaypeering {name} -n {}", peering.meta.namespace);
    finding = finding.run("Send keepalives more often than that, or raise idleTimeout.", edit);
    if severity == Severity::Info {
        finding = finding.run(
            "If traffic works for a while and then stops, say so.",
            "hh-analyze --symptom stops-after-a-while <bundle>",
        );
    }
    out.report(finding.keys(peering.keys()));
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::IdleTimeout;
    use crate::options::{Options, Symptom};
    use crate::testing::{said, said_with};

    const AT: &str = "/spec/peering/vpc-02/expose/0/nat/masquerade";

    fn timeout(value: &str) -> World {
        // The other masquerading peering of this world has the default: out of the way.
        World::healthy()
            .small()
            .set("GatewayPeering/vpc-04--external-01", "/spec/peering/vpc-04/expose/0/nat", json!({"static": {}}))
            .set("GatewayPeering/vpc-02--vpc-03", AT, json!({ "idleTimeout": value }))
    }

    fn complaint() -> Options {
        Options { symptom: Some(Symptom::StopsAfterAWhile), ..Options::default() }
    }

    #[test]
    fn with_the_symptom_the_default_is_suspect() {
        let said = said_with(&IdleTimeout, &timeout("2m0s"), &complaint());
        assert_eq!(said.lines(), ["warning GatewayPeering/vpc-02--vpc-03"]);
        let evidence = &said.findings[0].evidence[0];
        assert_eq!(evidence.value.as_deref(), Some("2m0s"));
        assert_eq!(evidence.field.as_deref(), Some("spec.peering.vpc-02.expose[0].nat.masquerade.idleTimeout"));
        assert!(evidence.line.is_some());
    }

    #[test]
    fn without_a_complaint_it_is_information() {
        let said = said(&IdleTimeout, &timeout("2m0s"));
        assert_eq!(said.lines(), ["info GatewayPeering/vpc-02--vpc-03"]);
        let commands: Vec<_> = said.findings[0].next_steps.iter().filter_map(|s| s.command.as_deref()).collect();
        assert!(commands.iter().any(|c| c.contains("--symptom stops-after-a-while")), "{commands:?}");
        // Absent is the dataplane's default, which is the same.
        let absent = timeout("1m").unset("GatewayPeering/vpc-02--vpc-03", &format!("{AT}/idleTimeout"));
        assert_eq!(said_with(&IdleTimeout, &absent, &complaint()).lines(), ["warning GatewayPeering/vpc-02--vpc-03"]);
    }

    #[test]
    fn very_short_ones_are_always_told() {
        let one = |value: &str| said(&IdleTimeout, &timeout(value)).lines();
        assert_eq!(one("9s"), ["warning GatewayPeering/vpc-02--vpc-03"]);
        for value in ["0s", "500ms", "-2m0s"] {
            assert_eq!(one(value), ["error GatewayPeering/vpc-02--vpc-03"], "{value}");
        }
    }

    #[test]
    fn long_ones_are_healthy_whatever_the_symptom() {
        let said = said_with(&IdleTimeout, &timeout("10m"), &complaint());
        assert_eq!((said.lines(), said.passed), (vec![], 1));
        assert!(crate::testing::said(&IdleTimeout, &World::healthy().small()).is_quiet(), "8.8 c");
    }

    #[test]
    fn without_peerings_it_is_not_checked() {
        let said = said(&IdleTimeout, &World::healthy().small().without("GatewayPeering"));
        assert_eq!(said.not_checked, ["GatewayPeering objects"]);
    }
}

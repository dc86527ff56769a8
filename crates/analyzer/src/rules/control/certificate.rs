//! Certificate authorities that expire.

use std::collections::BTreeMap;

use crate::facts::{Agent, ConfigMap, Context};
use crate::finding::{Evidence, Key, KeyKind, Severity, Subject};
use crate::model::Time;
use crate::parse::certificate::not_after;
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct CertificateExpires;

/// So long before its end a certificate is worth a warning.
const SOON: i64 = 30 * 86_400;
/// Places of one certificate that are shown.
const SHOWN: usize = 3;

static META: Meta = Meta {
    id: "certificate-expires",
    reference: &["FAB-020"],
    title: "A certificate authority has expired or expires soon",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[],
    uses: &[Source::Agents, Source::ConfigMaps, Source::CaptureTime],
    explanation: "Reads the end of the certificate authorities that a bundle shows: that of the registry in the Agents \
(`spec.version.ca`), and those in the ConfigMaps `fab-ca` and `kube-root-ca.crt`. Certificates in Secrets are not in a dump.

## Why it matters
With an expired authority every connection to the registry or the API is refused: no image, no agent, no configuration is \
loaded. What runs goes on.

## Not a fault
An end that is more than 30 days ahead.

## What to do
Make the authority anew and roll it out to nodes and switches.",
    explains: &[Relation { effects: &["FAB-020"], join: &[KeyKind::Fabric] }],
    order: Order::Clock,
};

impl Rule for CertificateExpires {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if !cx.holds_fabric() {
            return;
        }
        // All switches hold the same one: by its text, with the objects that hold it.
        let mut held = BTreeMap::<&str, Vec<(Subject, Evidence)>>::new();
        let note = "the certificate";
        for map in cx.list::<ConfigMap>() {
            let ours = map.meta.namespace == "fab" || map.meta.namespace == "kube-system";
            if ours
                && matches!(map.name(), "fab-ca" | "kube-root-ca.crt")
                && let Some(text) = map.at(&["data", "ca.crt"]).and_then(|node| node.text())
            {
                let evidence = map.key_evidence(&["data", "ca.crt"], note);
                held.entry(text.trim()).or_default().push((map.subject(), evidence));
            }
        }
        for agent in cx.list::<Agent>() {
            if let Some(text) = agent.at(&["spec", "version", "ca"]).and_then(|node| node.text()) {
                let evidence = agent.key_evidence(&["spec", "version", "ca"], note);
                held.entry(text.trim()).or_default().push((agent.subject(), evidence));
            }
        }
        for (text, places) in held {
            judge(cx, text, places, out);
        }
    }
}

fn judge(cx: &Context<'_>, text: &str, places: Vec<(Subject, Evidence)>, out: &mut Outcome) {
    let Some(end) = not_after(text) else { return };
    let Some((subject, _)) = places.first().cloned() else { return };
    let Some(age) = cx.age(Time::At(end)) else { return out.not_checked(subject, Source::CaptureTime) };
    if age.seconds < -SOON {
        return out.pass();
    }
    let name = subject.name.clone();
    let (severity, title) = if age.seconds >= 0 {
        (Severity::Error, format!("the certificate authority of {name} expired {} before the capture", age.words()))
    } else {
        let left = crate::facts::duration_words(age.seconds.saturating_neg());
        (Severity::Warning, format!("the certificate authority of {name} expires in {left}"))
    };
    let evidence = places.into_iter().take(SHOWN).map(|(_, evidence)| evidence.value(format!("ends {end}")));
    out.report(
        out.finding(severity, subject, title)
            .detail(
                "With an expired authority connections to the registry or the API are refused: no image, agent or configuration is \
                 loaded. What runs goes on.",
            )
            .evidences(evidence)
            .key(Key::Fabric)
            .step("Make the certificate authority anew and roll it out to nodes and switches."),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::CertificateExpires;
    use crate::testing::said;

    /// The authorities of these worlds end on 2036-01-01.
    fn at(time: &str) -> World {
        let mut world = World::healthy();
        world.created_at = time.into();
        world
    }

    #[test]
    fn expired_and_soon() {
        let expired = said(&CertificateExpires, &at("2036-01-03T00:00:00Z"));
        assert!(!expired.findings.is_empty() && expired.findings.iter().all(|f| f.severity == "error"));
        assert!(expired.findings[0].title.contains("expired 2 d before"), "{}", expired.findings[0].title);
        assert!(expired.findings[0].evidence[0].line.is_some());
        let soon = said(&CertificateExpires, &at("2035-12-20T00:00:00Z"));
        assert!(!soon.findings.is_empty() && soon.findings.iter().all(|f| f.severity == "warning"));
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&CertificateExpires, &World::healthy()).lines(), Vec::<String>::new());
        assert_eq!(said(&CertificateExpires, &World::older()).lines(), Vec::<String>::new());
        let early = said(&CertificateExpires, &at("2035-11-20T00:00:00Z"));
        assert_eq!(early.lines(), Vec::<String>::new());
    }
}

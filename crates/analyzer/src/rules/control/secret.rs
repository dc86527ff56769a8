//! Secrets that were left in clear in the bundle. No value is ever shown, nor a line that may hold one.

use crate::facts::{Agent, ConfigMap, Context, Fabricator, Form, Kind, Object, Secret};
use crate::finding::{Evidence, Finding, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};
use crate::yaml::{NodeKind, NodeRef};

/// See the metadata.
#[derive(Debug)]
pub(super) struct SecretInClear;

/// The marker of a dump, and the same in base64 (bundle reference 1.5); what people write by hand.
const MARKERS: [&str; 7] = [
    "SUPPORT-DUMP-REDACTED",
    "U1VQUE9SVC1EVU1QLVJFREFDVEVE",
    "REDACTED",
    "<REDACTED>",
    "[REDACTED]",
    "***HIDDEN***",
    "UkVEQUNURUQ=",
];
/// Keys that are named in a title.
const NAMED: usize = 4;

static META: Meta = Meta {
    id: "secret-not-redacted",
    reference: &["FAB-022"],
    title: "A secret stands in clear in the bundle",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[],
    uses: &[Source::Secrets, Source::ConfigMaps, Source::Agents, Source::Fabricator],
    explanation: "A support dump replaces passwords, tokens, keys and the values of Secrets by a marker. Looks at the Secrets, \
the ConfigMaps `fabric-ctrl-config` and `alloy*`, the Agents and the Fabricator for values that are not replaced; of a capture \
that was made by hand at the Secrets only. Names the object and the keys, never a value.

## Why it matters
Whoever has the bundle has the secret.

## Not a fault
- User names and the certificate authority of an Agent, other ConfigMaps, values that are empty or replaced by hand.

## What to do
Do not pass the bundle on; delete the copies; tell those who gave it and received it; make the secret anew.",
    explains: &[],
    order: Order::Counters,
};

impl Rule for SecretInClear {
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
        // Whether it is a dump is no question of time.
        let dump = cx.is_dump();
        let severity = if dump { Severity::Error } else { Severity::Warning };
        for secret in cx.list::<Secret>() {
            judge(cx, secret, values_in(secret, &["data", "stringData"]), severity, out);
        }
        if !dump {
            return;
        }
        for map in cx.list::<ConfigMap>() {
            if map.name() == "fabric-ctrl-config" || map.name().starts_with("alloy") {
                judge(cx, map, values_in(map, &["data", "binaryData"]), severity, out);
            }
        }
        for agent in cx.list::<Agent>() {
            judge(cx, agent, in_agent(agent), severity, out);
        }
        for fabricator in cx.list::<Fabricator>() {
            judge(cx, fabricator, in_fabricator(fabricator), severity, out);
        }
    }
}

/// True for a value that is neither empty nor replaced.
fn is_clear(node: NodeRef<'_>) -> bool {
    match node.kind() {
        NodeKind::Scalar => {
            let text = node.text().unwrap_or("").trim();
            let masked = text.chars().all(|c| matches!(c, '*' | 'x' | 'X'));
            !node.is_null() && !masked && !MARKERS.contains(&text)
        }
        _ => node.size() > 0,
    }
}

/// Paths of values below the keys that are in clear.
fn values_in<K: Kind>(object: &Object<K>, keys: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for key in keys {
        for (name, _) in
            object.at(&[key]).into_iter().flat_map(|map| map.entries()).filter(|(_, value)| is_clear(*value))
        {
            found.push(format!("{key}[{}]", name.text().unwrap_or("?")));
        }
    }
    found
}

fn in_agent(agent: &Object<Agent>) -> Vec<String> {
    let mut found = Vec::new();
    clear_at(agent.at(&["spec", "version", "password"]), "spec.version.password", &mut found);
    // It is emptied; what it holds names targets with their passwords.
    clear_at(agent.at(&["spec", "alloy"]), "spec.alloy", &mut found);
    let users = agent.at(&["spec", "users"]).into_iter().flat_map(NodeRef::items);
    for (index, user) in users.enumerate() {
        clear_at(user.get("password"), &format!("spec.users[{index}].password"), &mut found);
        each_item(user.get("sshKeys"), &format!("spec.users[{index}].sshKeys"), &mut found);
    }
    found
}

fn in_fabricator(fabricator: &Object<Fabricator>) -> Vec<String> {
    let mut found = Vec::new();
    let config = |route: &[&str]| fabricator.at(&[&["spec", "config"][..], route].concat());
    for route in [
        &["registry", "upstream", "password"][..],
        &["control", "defaultUser", "password"],
        &["control", "joinToken"],
        &["fabric", "defaultAlloyConfig"],
    ] {
        clear_at(config(route), &format!("spec.config.{}", route.join(".")), &mut found);
    }
    let keys = ["control", "defaultUser", "authorizedKeys"];
    each_item(config(&keys), "spec.config.control.defaultUser.authorizedKeys", &mut found);
    let users = config(&["fabric", "defaultSwitchUsers"]).into_iter().flat_map(|users| users.entries());
    for (name, user) in users {
        let path = format!("spec.config.fabric.defaultSwitchUsers.{}", name.text().unwrap_or("?"));
        clear_at(user.get("password"), &format!("{path}.password"), &mut found);
        each_item(user.get("authorizedKeys"), &format!("{path}.authorizedKeys"), &mut found);
    }
    for kind in ["prometheus", "loki"] {
        let targets = config(&["observability", "targets", kind]).into_iter().flat_map(|targets| targets.entries());
        for (name, target) in targets {
            let path = format!("spec.config.observability.targets.{kind}.{}", name.text().unwrap_or("?"));
            clear_at(target.at(&["basicAuth", "password"]), &format!("{path}.basicAuth.password"), &mut found);
            clear_at(target.get("bearerToken"), &format!("{path}.bearerToken"), &mut found);
        }
    }
    found
}

fn clear_at(node: Option<NodeRef<'_>>, path: &str, found: &mut Vec<String>) {
    if node.is_some_and(is_clear) {
        found.push(path.to_owned());
    }
}

fn each_item(list: Option<NodeRef<'_>>, path: &str, found: &mut Vec<String>) {
    for (index, item) in list.into_iter().flat_map(NodeRef::items).enumerate() {
        clear_at(Some(item), &format!("{path}[{index}]"), found);
    }
}

fn judge<K: Kind>(cx: &Context<'_>, object: &Object<K>, keys: Vec<String>, severity: Severity, out: &mut Outcome) {
    // Other forms print no values.
    if object.raw.form != Form::Full {
        return;
    }
    if keys.is_empty() {
        return out.pass();
    }
    out.report(report(cx, object, &keys, severity, out));
}

fn report<K: Kind>(
    cx: &Context<'_>,
    object: &Object<K>,
    keys: &[String],
    severity: Severity,
    out: &Outcome,
) -> Finding {
    let mut named: Vec<&str> = keys.iter().map(String::as_str).take(NAMED).collect();
    let more = format!("{} more", keys.len().saturating_sub(NAMED));
    if keys.len() > NAMED {
        named.push(&more);
    }
    let title = format!("{} {} holds secrets in clear: {}", K::NAME, object.name(), named.join(", "));
    let mut finding = out.finding(severity, object.subject(), title).detail(
        "The value was not replaced when the bundle was made: whoever has the bundle has it. It is not shown here, nor is its line.",
    );
    finding = finding.evidence(name_place(cx, object));
    for key in keys {
        let looked = format!("{} {}", K::NAME, object.name());
        finding =
            finding.evidence(Evidence::absence(looked, "no marker stands in place of the value").field(key.as_str()));
    }
    finding
        .step("Do not pass the bundle on, and delete its copies.")
        .step("Tell those who made and received it, and make the secret anew.")
}

/// The object's name, where its line certainly holds nothing else.
fn name_place<K: Kind>(cx: &Context<'_>, object: &Object<K>) -> Evidence {
    let note = "the object";
    let entry = object.raw.entry;
    let span = object.at(&["metadata", "name"]).map(|node| node.place().span);
    let alone = span.is_some_and(|span| {
        let text = cx.text(entry);
        let before = text.get(..span.start as usize).unwrap_or("").rsplit('\n').next().unwrap_or("");
        let after = text.get(span.end as usize..).unwrap_or("").split('\n').next().unwrap_or("");
        let before = before.trim().trim_matches(['"', '\'']).trim();
        matches!(before, "name:" | "\"name\":" | "name\":") && matches!(after.trim(), "" | "," | "\"" | "\"," | "'")
    });
    if alone && cx.is_verbatim(entry) {
        return object.name_evidence(note);
    }
    Evidence::absence(format!("{} {}", K::NAME, object.name()), note)
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::SecretInClear;
    use crate::testing::{analysis, said, said_of_files};

    /// What no report may show.
    const VALUE: &str = "aHVudGVyMi1odW50ZXIy";

    fn healthy() -> World {
        World::healthy()
    }

    #[test]
    fn values_that_were_not_replaced() {
        for (path, pointer, kind, named) in [
            ("Secret/registry-user-admin", "/data/password", "Secret", "data[password]"),
            ("ConfigMap/fabric-ctrl-config", "/data/config.yaml", "ConfigMap", "data[config.yaml]"),
            ("ConfigMap/alloy-gw", "/data/config.alloy", "ConfigMap", "data[config.alloy]"),
            ("Agent/leaf-01", "/spec/version/password", "Agent", "spec.version.password"),
            ("Agent/leaf-01", "/spec/users/1/password", "Agent", "spec.users[1].password"),
            ("Agent/leaf-01", "/spec/users/0/sshKeys/0", "Agent", "spec.users[0].sshKeys[0]"),
            ("Agent/leaf-01", "/spec/alloy/targets", "Agent", "spec.alloy"),
            ("Fabricator/default", "/spec/config/control/joinToken", "Fabricator", "spec.config.control.joinToken"),
            (
                "Fabricator/default",
                "/spec/config/observability/targets/prometheus/metrics-1/basicAuth/password",
                "Fabricator",
                "spec.config.observability.targets.prometheus.metrics-1.basicAuth.password",
            ),
        ] {
            let world = healthy().set(path, pointer, VALUE);
            let said = said(&SecretInClear, &world);
            assert_eq!(said.lines(), [format!("error {path}")], "{pointer}");
            let finding = &said.findings[0];
            assert_eq!(finding.title, format!("{kind} {} holds secrets in clear: {named}", &path[kind.len() + 1..]));
            assert!(finding.evidence[0].line.is_some(), "{pointer}");
        }
    }

    #[test]
    fn no_value_is_shown() {
        let world = healthy().set("Secret/registry-user-admin", "/data/username", VALUE).set(
            "ConfigMap/alloy-gw",
            "/data/config.alloy",
            VALUE,
        );
        let whole = analysis(&world, &crate::Options::default());
        let json = serde_json::to_string(&whole.report).unwrap();
        assert!(json.contains("secret-not-redacted") && !json.contains(VALUE));
        // On one line with the value nothing is quoted.
        let text = format!(
            "{{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{{\"name\":\"s\",\"namespace\":\"fab\"}},\"data\":{{\"k\":\"{VALUE}\"}}}}\n"
        );
        let mut files = World::healthy().small().files();
        files.insert("secret.json".into(), text.into_bytes());
        let said = said_of_files(&SecretInClear, files);
        assert_eq!(said.lines(), ["warning Secret/s"]);
        assert_eq!(said.findings[0].evidence[0].line, None);
    }

    #[test]
    fn healthy_pictures() {
        for world in [healthy(), World::older()] {
            assert_eq!(said(&SecretInClear, &world).lines(), Vec::<String>::new());
        }
        let harmless = healthy()
            .set("Secret/registry-user-admin", "/data/password", "***HIDDEN***")
            .set("Secret/registry-user-reader", "/data/password", "")
            .set("Agent/leaf-01", "/spec/version/password", "REDACTED")
            .set("Agent/leaf-01", "/spec/version/username", "someone")
            .set("ConfigMap/coredns", "/data/Corefile", "other");
        assert_eq!(said(&SecretInClear, &harmless).lines(), Vec::<String>::new());
    }

    #[test]
    fn a_capture_by_hand() {
        let world = healthy().set("Agent/leaf-01", "/spec/version/password", VALUE).set(
            "Secret/fabric-ca",
            "/data/tls.key",
            VALUE,
        );
        assert_eq!(said_of_files(&SecretInClear, world.files()).lines(), ["warning Secret/fabric-ca"]);
    }
}

//! Models read through trees.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::from_node;
use super::reading::read;
use crate::model::gateway::{GatewayAgentSpec, GatewayAgentStatus};
use crate::source::{Problem, ProblemKind, ProblemLevel};

const AGENT: &str = "\
apiVersion: gwint.githedgehog.com/v1alpha1
kind: GatewayAgent
metadata:
  name: gateway-1
spec:
  communities:
    \"0\": 50001:0
    \"1\": 50001:1
  config: {}
  gateway:
    asn: 65534
    flowTableCapacity: null
    groups:
    - name: default
      priority: \"200\"
    interfaces:
      enp2s1:
        ips:
        - 172.30.128.9/31
        mtu: 9036
        pci: 0000:02:01.0
    protocolIP: 172.30.8.4/32
    vtepMTU: many
    workers: 8.0
  vpcs:
    vpc-01:
      internalID: 12345
      vni: 100
    vpc-02:
      internalID: 1e100
      vni: -5
status:
  lastAppliedGen: 11
  lastHeartbeat: \"2026-10-06T09:41:05Z\"
  state:
    lastCollectedTime: yesterday
    frr:
    peerings:
      a->b:
        b: 18446744073709551615
        bps: 1.2e+06
        p: 1.2e+06
        pps: 3
    dataplane: [v1]
";

#[test]
fn a_gateway_agent() {
    let parsed = read(AGENT);
    let root = parsed.tree.root().unwrap();
    let mut problems = Vec::new();
    let spec: GatewayAgentSpec = from_node(root.get("spec").unwrap(), &mut problems).unwrap();
    assert_eq!(spec.communities["0"], "50001:0");
    assert_eq!(spec.gateway.asn, 65534);
    assert_eq!(spec.gateway.flow_table_capacity, None);
    assert_eq!(spec.gateway.groups[0].priority, 200);
    assert_eq!(spec.gateway.interfaces["enp2s1"].pci, "0000:02:01.0");
    assert_eq!(spec.gateway.workers, 8);
    assert_eq!(spec.vpcs["vpc-01"].internal_id, "12345");
    assert_eq!(spec.vpcs["vpc-02"].internal_id, "1e100");
    assert_eq!((spec.gateway.vtep_mtu, spec.vpcs["vpc-02"].vni), (0, 0));
    let messages: Vec<_> = problems.iter().map(|p| (p.level, p.message.as_str())).collect();
    assert_eq!(
        messages,
        [
            (ProblemLevel::Warning, "`gateway.vtepMTU`: expected a whole number"),
            (ProblemLevel::Warning, "`vpcs.vpc-02.vni`: expected u32"),
            (ProblemLevel::Note, "`gateway.groups[0].priority`: written as a string; read as what it stands for"),
        ]
    );
    assert_eq!(problems[0].span.unwrap().slice(AGENT), "many");

    let mut problems = Vec::new();
    let status: GatewayAgentStatus = from_node(root.get("status").unwrap(), &mut problems).unwrap();
    assert_eq!(status.last_applied_gen, 11);
    assert!(status.last_heartbeat.is_some() && status.state.last_collected_time.is_none());
    let pair = status.state.peerings["a->b"];
    assert_eq!((pair.b, pair.p, pair.bps, pair.pps), (u64::MAX, 1_200_000, 1.2e6, 3.0));
    let messages: Vec<_> = problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(
        messages,
        ["`state.lastCollectedTime`: not an RFC 3339 time", "`state.dataplane`: expected a mapping, found a list"]
    );
    assert!(problems.iter().all(|problem| problem.kind == ProblemKind::Field));
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Odd<'t> {
    #[serde(borrow)]
    borrowed: &'t str,
    flag: bool,
    old: bool,
    quoted: bool,
    maybe: Option<bool>,
    count: i8,
    list: Vec<u8>,
    map: BTreeMap<String, Option<String>>,
    strings: BTreeMap<String, String>,
    choice: Choice,
    octal: u32,
    any: Option<serde_json::Value>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Choice {
    #[default]
    None,
    One,
    With(u8),
}

fn odd(text: &str, test: impl Fn(&Odd<'_>)) -> Vec<Problem> {
    let parsed = read(text);
    let mut problems = parsed.problems;
    test(&from_node(parsed.tree.root().unwrap(), &mut problems).unwrap());
    problems
}

#[test]
fn types_are_read_with_tolerance() {
    let text = "borrowed: no\nflag: true\nold: yes\nmaybe: ~\ncount: -128\nlist: [1, null, \"2\", x, 300, 3]\n\
         map: {a: null, b: 1}\nstrings: {a: null, b: 1}\nchoice: {with: 3}\noctal: 0644\nunknown: {}\n\
         any: {a: [1, 1.5, true, null, \"1\"]}\n";
    let problems = odd(text, |odd| {
        assert_eq!(odd.borrowed, "no");
        assert!(odd.flag && odd.old && odd.maybe.is_none());
        assert_eq!((odd.count, odd.octal), (-128, 0o644));
        assert_eq!(odd.list, [1, 2, 3]);
        assert_eq!(odd.map["a"], None);
        assert_eq!(odd.strings.len(), 1);
        assert_eq!(odd.choice, Choice::With(3));
        assert_eq!(odd.any, Some(serde_json::json!({"a": [1, 1.5, true, null, "1"]})));
    });
    let warnings = problems.iter().filter(|p| p.level == ProblemLevel::Warning).count();
    assert_eq!((warnings, problems.len()), (2, 3));
}

#[test]
fn look_alikes_are_refused() {
    let text = "flag: \"yes\"\nquoted: \"true\"\ncount: 1.5\nchoice: two\nmaybe: maybe\n";
    let problems = odd(text, |odd| {
        assert_eq!(odd, &Odd { quoted: true, ..Odd::default() });
    });
    let messages: Vec<_> = problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`flag`: expected true or false",
            "`count`: expected a whole number",
            "`choice`: expected one of: none, one, with",
            "`maybe`: expected true or false",
            "`quoted`: written as a string; read as what it stands for",
        ]
    );
}

#[test]
fn duplicates_and_the_rest() {
    let problems = odd("count: 1\ncount: 2\n", |odd| assert_eq!(odd.count, 2));
    assert_eq!(problems.len(), 1);
    let parsed = read("just text");
    let mut problems = Vec::new();
    assert!(from_node::<Odd<'_>>(parsed.tree.root().unwrap(), &mut problems).is_none());
    assert_eq!(problems[0].message, "expected a mapping");
    let parsed = read("~");
    assert!(from_node::<Odd<'_>>(parsed.tree.root().unwrap(), &mut problems).is_none());
    assert_eq!(problems.len(), 1);
    let many = format!("list: [{}]\n", "x, ".repeat(200));
    let parsed = read(&many);
    assert!(from_node::<Odd<'_>>(parsed.tree.root().unwrap(), &mut problems).is_none());
    assert!(problems.len() < 80);
}

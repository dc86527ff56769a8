//! Tables to objects, with own examples and the example bundle.

use proptest::prelude::*;

use super::*;
use crate::source::EntryId;
use crate::yaml::{NodeKind, NodeRef};

/// Writes an object down as `route=value` lines.
fn flat(node: NodeRef<'_>, route: &str, out: &mut Vec<String>) {
    let join = |step: &str| {
        if route.is_empty() { step.to_owned() } else { format!("{route}.{step}") }
    };
    match node.kind() {
        NodeKind::Scalar => out.push(format!("{route}={}", node.text().unwrap())),
        NodeKind::Mapping => {
            for (key, value) in node.entries() {
                flat(value, &join(key.text().unwrap()), out);
            }
        }
        NodeKind::Sequence => {
            for (index, item) in node.items().enumerate() {
                flat(item, &join(&index.to_string()), out);
            }
        }
    }
}

/// All objects of the first table but their `apiVersion` and `kind`.
fn read_first(text: &str, hint: Option<&str>) -> (TableObjects, Vec<Vec<String>>) {
    let tables = tables(text);
    let found = objects(EntryId(0), &tables[0], hint);
    let flat = found
        .objects
        .iter()
        .map(|object| {
            let mut out = Vec::new();
            flat(found.tree.node(object.node), "", &mut out);
            out.retain(|line| !line.starts_with("apiVersion=") && !line.starts_with("kind="));
            out
        })
        .collect();
    (found, flat)
}

#[test]
fn gateway_agents_of_both_generations() {
    let text = "\
NAME      APPLIED          APPLIEDG   CURRENTG   VERSION   PROTOCOLIP       VTEPIP            AGE
gw-east   10 minutes ago   14         14         v0.28.0   172.30.8.21/32   172.30.12.21/32   9d
gw-new                                2                                                       25s
";
    let (found, rows) = read_first(text, None);
    assert_eq!(found.objects[0].kind, "GatewayAgent");
    assert_eq!(found.objects[0].api_version, "gwint.githedgehog.com/v1alpha1");
    assert_eq!(
        rows[0],
        [
            "metadata.name=gw-east",
            "metadata.generation=14",
            "metadata.creationTimestamp=9d",
            "status.lastAppliedTime=10 minutes ago",
            "status.lastAppliedGen=14",
            "status.agentVersion=v0.28.0",
            "spec.gateway.protocolIP=172.30.8.21/32",
            "spec.gateway.vtepIP=172.30.12.21/32",
        ]
    );
    assert_eq!(rows[1], ["metadata.name=gw-new", "metadata.generation=2", "metadata.creationTimestamp=25s"]);
    let node = found.tree.node(found.objects[0].node);
    assert_eq!(node.at(&["status", "lastAppliedTime"]).unwrap().place().span.slice(text), "10 minutes ago");
    assert_eq!(node.get("status").unwrap().key("lastAppliedGen").unwrap().place().span.slice(text), "APPLIEDG");

    let newer = "\
NAME      HEARTBEAT   APPLIED   APPLIEDG   CURRENTG   VERSION
gw-east   8s          44m       11         11         v0.25.2
";
    let (_, rows) = read_first(newer, None);
    assert!(rows[0].contains(&"status.state.dataplane.version=v0.25.2".to_owned()));
    assert!(rows[0].contains(&"status.lastHeartbeat=8s".to_owned()));
}

#[test]
fn old_agents_wide() {
    let text = "\
NAME     ROLE          DESCR   HWSKU        ASIC       HEARTBEAT   APPLIED   APPLIEDG   CURRENTG   VERSION                    SOFTWARE                ATTEMPT   ATTEMPTG   AGE
leaf-a   server-leaf   left    Seastone_2   broadcom   3h52m       4h20m     9          9          v0.94.3-4-gabc1234e-dev   4.5.0-Enterprise_Base   4h20m     9          10h
leaf-b   server-leaf   right                                                            1                                                                                    10h
";
    let (_, rows) = read_first(text, None);
    assert_eq!(
        rows[1],
        [
            "metadata.name=leaf-b",
            "metadata.generation=1",
            "metadata.creationTimestamp=10h",
            "spec.role=server-leaf",
            "spec.description=right",
        ]
    );
    assert!(rows[0].contains(&"status.state.nos.asicVersion=broadcom".to_owned()));
    assert!(rows[0].contains(&"status.state.nos.softwareVersion=4.5.0-Enterprise_Base".to_owned()));
}

#[test]
fn pods() {
    let text = "\
$ kubectl get pods -n fab -o wide -l app=x
NAME                     READY   STATUS             RESTARTS      AGE   IP             NODE      NOMINATED NODE   READINESS GATES
gw--gw-east--frr-mlt2x   1/2     CrashLoopBackOff   3 (5m ago)    9d    172.30.90.5    gw-east   <none>           <none>
zot-f0f68739b-whb7h      1/1     Running            0             9d    172.28.0.12    control   <none>           <none>
";
    let (found, rows) = read_first(text, None);
    assert!(found.objects[0].selector);
    assert_eq!(
        rows[0],
        [
            "metadata.name=gw--gw-east--frr-mlt2x",
            "metadata.namespace=fab",
            "metadata.creationTimestamp=9d",
            "x-table.ready=1/2",
            "x-table.status=CrashLoopBackOff",
            "x-table.restarts=3",
            "x-table.lastRestart=5m",
            "x-table.ip=172.30.90.5",
            "x-table.node=gw-east",
            "spec.nodeName=gw-east",
            "status.podIP=172.30.90.5",
        ]
    );
    assert_eq!(rows[1].last().map(String::as_str), Some("status.phase=Running"));
    let age = found.tree.node(found.objects[0].node).at(&["x-table", "lastRestart"]).unwrap();
    assert_eq!(age.place().span.slice(text), "5m");
}

#[test]
fn nodes_events_and_workloads() {
    let (_, rows) = read_first(
        "\
NAME        STATUS                        ROLES                AGE   VERSION
control-1   Ready                         control-plane,etcd   9d    v1.36.2+k3s1
gateway-1   NotReady,SchedulingDisabled   <none>               9d    v1.36.2+k3s1
",
        None,
    );
    assert_eq!(
        rows[0],
        [
            "metadata.name=control-1",
            "metadata.labels.node-role.kubernetes.io/control-plane=",
            "metadata.labels.node-role.kubernetes.io/etcd=",
            "metadata.creationTimestamp=9d",
            "status.conditions.0.type=Ready",
            "status.conditions.0.status=True",
            "status.nodeInfo.kubeletVersion=v1.36.2+k3s1",
        ]
    );
    assert!(rows[1].contains(&"status.conditions.0.status=False".to_owned()));
    assert!(rows[1].contains(&"spec.unschedulable=true".to_owned()));

    let (_, rows) = read_first(
        "\
NAMESPACE   LAST SEEN            TYPE      REASON    OBJECT                    MESSAGE
fab         2m1s (x8 over 31m)   Warning   BackOff   pod/fabric-ctrl-0-abc12   Back-off restarting   failed container
fab         <unknown>            Normal    Pulled    gatewayagent/gw-1         x
",
        None,
    );
    assert_eq!(
        rows[0],
        [
            "metadata.namespace=fab",
            "lastTimestamp=2m1s",
            "count=8",
            "firstTimestamp=31m",
            "type=Warning",
            "reason=BackOff",
            "involvedObject.kind=Pod",
            "involvedObject.name=fabric-ctrl-0-abc12",
            "involvedObject.namespace=fab",
            "message=Back-off restarting   failed container",
        ]
    );
    assert!(rows[1].contains(&"involvedObject.kind=GatewayAgent".to_owned()));

    let (_, rows) = read_first(
        "\
NAME                     DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR                    AGE   CONTAINERS         IMAGES
gw--gw-east--dataplane   1         1         0       1            0           kubernetes.io/hostname=gw-east   9d    dataplane,helper   a:1,b:2
",
        None,
    );
    assert!(rows[0].contains(&"status.desiredNumberScheduled=1".to_owned()));
    assert!(rows[0].contains(&"spec.template.spec.nodeSelector.kubernetes.io/hostname=gw-east".to_owned()));
    assert!(rows[0].contains(&"spec.template.spec.containers.1.image=b:2".to_owned()));

    let (_, rows) = read_first(
        "NAME   READY   UP-TO-DATE   AVAILABLE   AGE   LABELS\nzot    0/1     1            0           9d    a=b,c=\n",
        None,
    );
    assert!(rows[0].contains(&"status.readyReplicas=0".to_owned()));
    assert!(rows[0].contains(&"spec.replicas=1".to_owned()));
    assert!(rows[0].contains(&"metadata.labels.a=b".to_owned()));
}

#[test]
fn json_prefixes_and_conditions() {
    let (found, rows) = read_first(
        "\
NAME                                    PROFILE   ROLE          DESCR   GROUPS        REDUNDANCY                           BOOT   AGE
switch.wiring.githedgehog.com/leaf-01   vs        server-leaf           [\"eslag-1\"]   {\"group\":\"eslag-1\",\"type\":\"eslag\"}   {}     18d
",
        None,
    );
    assert_eq!(found.evidence, Some(Evidence::NamePrefix));
    assert!(rows[0].contains(&"metadata.name=leaf-01".to_owned()));
    assert!(rows[0].contains(&"spec.groups.0=eslag-1".to_owned()));
    assert!(rows[0].contains(&"spec.redundancy.type=eslag".to_owned()));
    let (_, rows) = read_first(
        "NAME   PROFILE   ROLE   DESCR   BOOT   VTEPIP   REDUNDANCY   GROUPS\nx      vs        spine                           eslag        [\"a\"]\n",
        None,
    );
    assert!(rows[0].contains(&"spec.redundancy.type=eslag".to_owned()));

    let (_, rows) = read_first(include_str!("../../../../../bundles/plain-healthy/fabricators.txt"), None);
    assert!(rows[0].contains(&"status.conditions.0.type=Ready".to_owned()));
    assert!(rows[0].contains(&"status.conditions.1.status=True".to_owned()));
    assert!(rows[0].contains(&"status.lastStatusCheck=32s".to_owned()));
}

#[test]
fn watched_tables_keep_the_last_row() {
    let (_, rows) = read_first(
        "$ kubectl get pods -w\nNAME   READY   STATUS    RESTARTS   AGE\na      0/1     Pending   0          1s\nb      1/1     Running   0          9d\na      1/1     Running   0          9s\n",
        None,
    );
    assert_eq!(rows.len(), 2);
    assert!(rows[0].contains(&"x-table.status=Running".to_owned()));
}

#[test]
fn rows_that_do_not_line_up() {
    let text = "\
NAME      APPLIED   APPLIEDG   CURRENTG   VERSION   AGE
gw-east    42m       14         14                   9d
gw-a-very-long-name   42m   14   14   9d
gw-b-very-long-name   42m   14   v1
";
    let (found, rows) = read_first(text, None);
    // One blank too many is harmless; a long name that pushed everything to the right leaves doubts.
    assert_eq!(rows.len(), 1);
    assert!(rows[0].contains(&"metadata.creationTimestamp=9d".to_owned()));
    let messages: Vec<&str> = found.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages.len(), 2);
    assert!(messages[0].starts_with("2 rows do not line up") && messages[0].ends_with("skipped"));
}

#[test]
fn example_tables() {
    for (text, kind, count) in [
        (include_str!("../../../../../bundles/plain-healthy/agents.txt"), "Agent", 3),
        (include_str!("../../../../../bundles/plain-healthy/fabricators.txt"), "Fabricator", 1),
        (include_str!("../../../../../bundles/plain-healthy/gatewayagents-wide.txt"), "GatewayAgent", 2),
        (include_str!("../../../../../bundles/plain-healthy/gatewayagents.txt"), "GatewayAgent", 2),
        (include_str!("../../../../../bundles/plain-healthy/gatewaypeerings.txt"), "GatewayPeering", 3),
        (include_str!("../../../../../bundles/plain-healthy/gateways.txt"), "Gateway", 2),
        (include_str!("../../../../../bundles/plain-healthy/nodes.txt"), "Node", 3),
        (include_str!("../../../../../bundles/plain-healthy/pods.txt"), "Pod", 20),
    ] {
        let listing = read(text);
        assert_eq!(listing.tables.len(), 1);
        assert_eq!((listing.messages.len(), listing.other_lines), (0, 0));
        let (found, rows) = read_first(text, None);
        assert_eq!(rows.len(), count, "{kind}");
        assert!(found.objects.iter().all(|object| object.kind == kind && !object.selector));
        assert!(found.problems.is_empty());
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(read_first(&crlf, None).1, rows);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn never_panics(
        header in proptest::sample::select(vec![
            "NAME   READY   STATUS   RESTARTS   AGE", "NAMESPACE   LAST SEEN   TYPE   REASON   OBJECT   MESSAGE",
            "NAME   STATUS   ROLES   AGE   VERSION", "NAME   VTEPIP   GROUPS   LABELS",
            "NAME   DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE   CONTAINERS   IMAGES",
        ]),
        body in "([a-zé0-9/,=()\\[\\]{}\":.<>-]{0,12}[ ]{0,5}|\\n|  1/2  |\\[\\{\"a\":1\\}\\]|pod/a|3 \\(5m ago\\)){0,60}",
    ) {
        let text = format!("{header}\n{body}");
        for table in tables(&text) {
            let found = objects(EntryId(0), &table, Some("pods.txt"));
            for object in found.objects {
                let mut out = Vec::new();
                flat(found.tree.node(object.node), "", &mut out);
            }
        }
    }
}

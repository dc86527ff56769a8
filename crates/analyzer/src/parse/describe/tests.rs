//! Descriptions, with own examples.

use proptest::prelude::*;

use super::*;
use crate::yaml::{NodeKind, NodeRef};

/// Writes an object down as `route=value` lines.
fn flat(node: NodeRef<'_>, route: &str, out: &mut Vec<String>) {
    let join = |step: &str| {
        if route.is_empty() { step.to_owned() } else { format!("{route}.{step}") }
    };
    match node.kind() {
        NodeKind::Scalar => out.push(format!("{route}={}", node.text().unwrap())),
        NodeKind::Mapping if node.size() == 0 => out.push(format!("{route}={{}}")),
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

fn lines(found: &DescribedObjects, index: usize) -> Vec<String> {
    let mut out = Vec::new();
    flat(found.tree.node(found.objects[index].node), "", &mut out);
    out
}

const AGENTS: &str = "\
Name:         leaf-01
Namespace:    default
Labels:       fabric.githedgehog.com/profile=vs
              wiring/x=
Annotations:  <none>
API Version:  agent.githedgehog.com/v1beta1
Kind:         Agent
Metadata:
  Creation Timestamp:  2026-03-01T08:54:30Z
  Generation:          9
  UID:                 1-2
Spec:
  Config:
    Spine Leaf:
    Spine ASN:  65100
  Connections:
    Spine - A -- Fabric -- Leaf:
      Fabric:
        Links:
          Leaf:
            Ip:    172.30.128.1/31
            Port:  leaf-01/E1/8
          Spine:
            Ip:    172.30.128.0/31
            Port:  spine-01/E1/1
          Leaf:
            Port:  leaf-01/E1/9
          Spine:
            Port:  spine-01/E1/2
  Redundancy Group Peers:
    leaf-02
  Version:
    Ca:  -----BEGIN CERTIFICATE-----
MIIBmjCCAUCgAwIBAgIUDRvkqYrcHmBq7Uy5onfVT3GqgbAwCgYIKoZI
-----END CERTIFICATE-----

    Default:   v0.126.0
    Override:  
Status:
  Last Applied Gen:   7
  Last Attempt Time:  <nil>
  Last Heartbeat:     2026-03-04T08:54:30Z
  State:
    Bgp Neighbors:
      Default:
        172.30.128.0:
          State:  established
      Vrf Eisp:
        10.0.0.1:
          State:  idle
    Interfaces:
      CPU:
        Oper:  up
      E1/1:
        Lldp Neighbors:
          Sys Name:  server-01
        Oper:        up
Events:              <none>


Name:         leaf-02
Namespace:    default
API Version:  agent.githedgehog.com/v1beta1
Kind:         Agent
Spec:
Status:
Events:
  Type     Reason   Age                  From     Message
  ----     ------   ----                 ----     -------
  Warning  BackOff  4m2s (x15 over 72m)  kubelet  Back-off:  restarting  failed container
";

#[test]
fn agents() {
    let found = objects(EntryId(0), AGENTS, Some("Executing: /opt/bin/kubectl describe agents -A"));
    assert_eq!(found.objects.len(), 3);
    assert!(found.objects.iter().all(|object| !object.selector) && found.problems.is_empty());
    assert_eq!(
        lines(&found, 0),
        [
            "metadata.name=leaf-01",
            "metadata.namespace=default",
            "metadata.creationTimestamp=2026-03-01T08:54:30Z",
            "metadata.generation=9",
            "metadata.uid=1-2",
            "metadata.labels.fabric.githedgehog.com/profile=vs",
            "metadata.labels.wiring/x=",
            "apiVersion=agent.githedgehog.com/v1beta1",
            "kind=Agent",
            "spec.config.spineLeaf={}",
            "spec.config.spineASN=65100",
            "spec.connections.spine-a--fabric--leaf.fabric.links.0.leaf.ip=172.30.128.1/31",
            "spec.connections.spine-a--fabric--leaf.fabric.links.0.leaf.port=leaf-01/E1/8",
            "spec.connections.spine-a--fabric--leaf.fabric.links.0.spine.ip=172.30.128.0/31",
            "spec.connections.spine-a--fabric--leaf.fabric.links.0.spine.port=spine-01/E1/1",
            "spec.connections.spine-a--fabric--leaf.fabric.links.1.leaf.port=leaf-01/E1/9",
            "spec.connections.spine-a--fabric--leaf.fabric.links.1.spine.port=spine-01/E1/2",
            "spec.redundancyGroupPeers.0=leaf-02",
            "spec.version.ca=-----BEGIN CERTIFICATE-----",
            "spec.version.default=v0.126.0",
            "spec.version.override=",
            "status.lastAppliedGen=7",
            "status.lastAttemptTime=null",
            "status.lastHeartbeat=2026-03-04T08:54:30Z",
            "status.state.bgpNeighbors.default.172.30.128.0.state=established",
            "status.state.bgpNeighbors.VrfEisp.10.0.0.1.state=idle",
            "status.state.interfaces.CPU.oper=up",
            "status.state.interfaces.E1/1.lldpNeighbors.0.sysName=server-01",
            "status.state.interfaces.E1/1.oper=up",
        ]
    );
    let node = found.tree.node(found.objects[0].node);
    let heartbeat = node.at(&["status", "lastHeartbeat"]).unwrap();
    assert_eq!(heartbeat.place().span.slice(AGENTS), "2026-03-04T08:54:30Z");
    let event = lines(&found, 2);
    for line in [
        "involvedObject.name=leaf-02",
        "count=15",
        "firstTimestamp=72m",
        "lastTimestamp=4m2s",
        "message=Back-off:  restarting  failed container",
    ] {
        assert!(event.contains(&line.to_owned()), "{line} {event:?}");
    }
    assert!(objects(EntryId(0), AGENTS, None).objects[0].selector);
}

#[test]
fn peerings() {
    let text = "\
Name:         app--store
Namespace:    default
API Version:  gateway.githedgehog.com/v1alpha1
Kind:         GatewayPeering
Spec:
  Gateway Group:  edge
  Peering:
    App:
      Expose:
        As:
          Cidr:  10.99.0.0/24
        Ips:
          Cidr:        10.30.1.0/24
          Not:         10.30.1.7/32
          Vpc Subnet:  front
        Nat:
          Static:
        Ips:
          Cidr:  10.30.2.0/24
    ext.isp-1:
      Expose:
        Default:  true
";
    let found = objects(EntryId(0), text, None);
    let got = lines(&found, 0);
    for line in [
        "spec.gatewayGroup=edge",
        "spec.peering.app.expose.0.as.0.cidr=10.99.0.0/24",
        "spec.peering.app.expose.0.ips.0.cidr=10.30.1.0/24",
        "spec.peering.app.expose.0.ips.1.not=10.30.1.7/32",
        "spec.peering.app.expose.0.ips.2.vpcSubnet=front",
        "spec.peering.app.expose.0.nat.static={}",
        "spec.peering.app.expose.1.ips.0.cidr=10.30.2.0/24",
        "spec.peering.ext.isp-1.expose.0.default=true",
    ] {
        assert!(got.contains(&line.to_owned()), "{line} {got:#?}");
    }
}

#[test]
fn pods() {
    let text = "\
Name:             gw--gw-east--dataplane-4kq8z
Namespace:        fab
Priority:         0
Node:             gw-east/172.30.90.5
Start Time:       Wed, 11 Mar 2026 14:00:00 +0000
Labels:           app.kubernetes.io/name=gw--gw-east--dataplane
Status:           Running
IP:               172.30.90.5
IPs:
  IP:           172.30.90.5
Init Containers:
  init-ifaces:
    Image:          a:1
    State:          Terminated
      Reason:       Completed
      Exit Code:    0
    Ready:          True
    Restart Count:  0
Containers:
  dataplane:
    Container ID:  containerd://abc
    Image:         b:2
    Args:
      --num-workers
      8
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       Error
      Exit Code:    101
      Started:      Wed, 11 Mar 2026 14:00:02 +0000
      Finished:     Wed, 11 Mar 2026 14:01:01 +0000
    Ready:          False
    Restart Count:  7
    Environment:    <none>
Conditions:
  Type                        Status
  PodReadyToStartContainers   True 
  Ready                       False 
Volumes:  <none>
QoS Class:                   BestEffort
Events:
  Type     Reason   Age               From     Message
  ----     ------   ----              ----     -------
  Normal   Pulled   2m1s              kubelet  Container image present
";
    let found = objects(EntryId(0), text, None);
    assert_eq!(found.objects.len(), 2);
    let got = lines(&found, 0);
    for line in [
        "kind=Pod",
        "metadata.name=gw--gw-east--dataplane-4kq8z",
        "metadata.labels.app.kubernetes.io/name=gw--gw-east--dataplane",
        "spec.nodeName=gw-east",
        "spec.containers.0.image=b:2",
        "status.phase=Running",
        "status.startTime=2026-03-11T14:00:00Z",
        "status.initContainerStatuses.0.state.terminated.exitCode=0",
        "status.containerStatuses.0.state.waiting.reason=CrashLoopBackOff",
        "status.containerStatuses.0.lastState.terminated.exitCode=101",
        "status.containerStatuses.0.lastState.terminated.finishedAt=2026-03-11T14:01:01Z",
        "status.containerStatuses.0.ready=false",
        "status.containerStatuses.0.restartCount=7",
        "status.conditions.1.type=Ready",
        "status.conditions.1.status=False",
    ] {
        assert!(got.contains(&line.to_owned()), "{line} {got:#?}");
    }
}

#[test]
fn nodes() {
    let text = "\
Name:               gateway-1
Roles:              <none>
Labels:             kubernetes.io/hostname=gateway-1
Annotations:        alpha.kubernetes.io/provided-node-ip: 172.30.0.3
CreationTimestamp:  Sun, 27 Sep 2026 07:01:17 +0000
Taints:             node.kubernetes.io/unreachable:NoExecute
                    role.fabricator.githedgehog.com/gateway=true:NoExecute
Unschedulable:      false
Conditions:
  Type             Status    LastHeartbeatTime                 LastTransitionTime                Reason              Message
  ----             ------    -----------------                 ------------------                ------              -------
  Ready            Unknown   Tue, 06 Oct 2026 09:39:06 +0000   Tue, 06 Oct 2026 09:40:00 +0000   NodeStatusUnknown   Kubelet stopped posting node status.
Addresses:
  InternalIP:  172.30.0.3
System Info:
  Boot ID:                    b404da4a
  Kubelet Version:            v1.36.2+k3s1
";
    let found = objects(EntryId(0), text, None);
    let got = lines(&found, 0);
    for line in [
        "kind=Node",
        "metadata.annotations.alpha.kubernetes.io/provided-node-ip=172.30.0.3",
        "metadata.creationTimestamp=2026-09-27T07:01:17Z",
        "spec.taints.0.key=node.kubernetes.io/unreachable",
        "spec.taints.1.value=true",
        "status.conditions.0.status=Unknown",
        "status.conditions.0.lastTransitionTime=2026-10-06T09:40:00Z",
        "status.conditions.0.message=Kubelet stopped posting node status.",
        "status.addresses.0.address=172.30.0.3",
        "status.nodeInfo.bootID=b404da4a",
    ] {
        assert!(got.contains(&line.to_owned()), "{line} {got:#?}");
    }
}

#[test]
fn other_texts() {
    let service = "Name:         kubernetes\nNamespace:    default\nSelector:     <none>\n";
    let found = objects(EntryId(0), service, None);
    assert!(found.objects.is_empty());
    assert_eq!(found.problems.len(), 1);
    assert!(is_description(AGENTS) && is_description(service));
    for text in ["", "name: x\n", "Name: x\nNamespace: y\n", "Names:  x\n", "NAME   AGE\n"] {
        assert!(!is_description(text), "{text}");
        assert!(objects(EntryId(0), text, None).objects.is_empty(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn never_panics(body in "(Name:  |Kind:  |API Version:  |Events:\\n|Conditions:|Containers:|Node:  |Status:  |\\n|  |Ips:|[a-zA-Zé:<>() ]{1,8}|Type  Reason  Age  From  Message\\n){0,80}") {
        let text = format!("Name:  x\n{body}");
        let found = objects(EntryId(0), &text, None);
        for index in 0..found.objects.len() {
            lines(&found, index);
        }
        let _ = objects(EntryId(0), &body, Some(&body));
        let _ = is_description(&body);
    }
}

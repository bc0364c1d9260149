//! The rows: what goes wrong, and what changes meanwhile. `tests/faults.rs` holds the same rows as tests.

use kooper::testing::Cluster;
use kooper_tests::{World, trickle};
use std::{pin::Pin, time::Duration};
use tokio::time::sleep;

const MAPS: &str = "configmaps";

/// What is done to a world that is at rest.
type Script = for<'a> fn(&'a mut World) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// One row.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) client: fn(&Cluster) -> kube::Client,
    pub(crate) script: Script,
}

macro_rules! rows {
    ($($name:literal $(by $client:ident)?: |$world:ident| $script:block)*) => {
        pub(crate) const ROWS: &[Row] = &[$(Row {
            name: $name,
            client: client!($($client)?),
            script: |$world| Box::pin(async move $script),
        }),*];
    };
}

macro_rules! client {
    () => {
        Cluster::client
    };
    ($client:ident) => {
        $client
    };
}

fn slow(cluster: &Cluster) -> kube::Client {
    trickle(cluster.client(), 7, Duration::from_millis(20))
}

/// Some changes of every kind.
async fn changes(world: &mut World) {
    let names = world.names();
    world.put(&names[0]);
    world.label(&names[1]);
    world.delete(&names[2]).await;
    world.put(&format!("{}-new", names[3]));
    world.put("brief");
    world.delete("brief").await;
    world.delete(&names[3]).await;
    world.put(&names[3]);
}

/// Changes before, during and after a fault of the open watch, twice.
async fn around(world: &mut World, fault: impl Fn(&World)) {
    changes(world).await;
    fault(world);
    changes(world).await;
    sleep(Duration::from_secs(20)).await;
    changes(world).await;
    fault(world);
}

/// Changes while the next lists meet a fault.
async fn lists_meet(world: &mut World, fault: impl Fn(&World)) {
    fault(world);
    world.cluster.faults().watches().fail(410);
    changes(world).await;
    sleep(Duration::from_mins(1)).await;
    changes(world).await;
}

rows! {
    "none": |world| { around(world, |_| {}).await; }
    "a connection drops": |world| { around(world, |world| world.cluster.faults().watches().drop_connections()).await; }
    "a watch is cut in a line": |world| { around(world, |world| world.cluster.faults().watches().cut()).await; }
    "a list is cut": |world| { lists_meet(world, |world| world.next_lists(3, |list| list.cut(300))).await; }
    "a watch hangs for 30 s": |world| {
        world.cluster.faults().watches().hang();
        changes(world).await;
        sleep(Duration::from_secs(30)).await;
        world.cluster.faults().watches().go_on();
        changes(world).await;
    }
    "a watch hangs for ever": |world| {
        world.cluster.faults().watches().hang();
        changes(world).await;
        // Longer than a watch is asked to last.
        sleep(Duration::from_mins(10)).await;
    }
    "a list takes 30 s": |world| {
        lists_meet(world, |world| world.next_lists(1, |list| list.slow(Duration::from_secs(30)))).await;
    }
    "a watch is garbled": |world| { around(world, |world| world.cluster.faults().watches().garble()).await; }
    "a list is garbled": |world| { lists_meet(world, |world| world.next_lists(3, |list| { list.garble(); })).await; }
    "410 as an event": |world| {
        around(world, |world| {
            world.cluster.faults().compact();
            world.cluster.faults().watches().fail(410);
        }).await;
    }
    "410 as a status": |world| {
        around(world, |world| {
            world.cluster.faults().next(1).verb("watch").resource(MAPS).status(410);
            world.cluster.faults().watches().drop_connections();
        }).await;
    }
    "410 on continue": |world| {
        for number in 0..1200 {
            world.put(&format!("more-{number}"));
        }
        sleep(Duration::from_secs(60)).await;
        lists_meet(world, |world| {
            world.next_lists(1, |list| list.slow(Duration::from_secs(1)));
            world.next_lists(1, |list| list.status(410));
        }).await;
    }
    "429 with Retry-After": |world| {
        lists_meet(world, |world| {
            world.next_lists(2, |list| list.too_many_requests(Duration::from_secs(40)));
        }).await;
    }
    "429 without": |world| { lists_meet(world, |world| world.next_lists(5, |list| list.status(429))).await; }
    "bursts of 500": |world| {
        for code in [500, 502, 503, 504] {
            world.cluster.faults().next(4).verb("watch").resource(MAPS).status(code);
            world.next_lists(4, |list| list.status(code));
            world.cluster.faults().watches().fail(code);
            changes(world).await;
            sleep(Duration::from_secs(30)).await;
        }
    }
    "403 for half an hour": |world| {
        world.cluster.faults().every().resource(MAPS).verb("watch").status(403);
        world.cluster.faults().every().resource(MAPS).verb("list").status(403);
        world.cluster.faults().watches().fail(403);
        changes_unseen(world);
        sleep(Duration::from_mins(30)).await;
    }
    "answers trickle" by slow: |world| {
        changes(world).await;
        sleep(Duration::from_secs(30)).await;
        world.cluster.faults().watches().drop_connections();
        changes(world).await;
    }
    "events come twice": |world| {
        for name in world.names() {
            world.put(&name);
            world.cluster.faults().watches().repeat();
            sleep(Duration::from_millis(100)).await;
            world.delete(&name).await;
            world.cluster.faults().watches().repeat();
            sleep(Duration::from_millis(1)).await;
            world.put(&name);
        }
    }
    "objects vanish with no event": |world| {
        for name in world.names().iter().take(7) {
            world.vanish(name);
        }
        world.cluster.faults().watches().fail(410);
        changes(world).await;
    }
    "one cannot be decoded when it is listed": |world| {
        world.put_undecodable("wreck");
        world.cluster.faults().watches().fail(410);
        changes(world).await;
    }
    "one cannot be decoded when it changes": |world| {
        world.put_undecodable("wreck");
        sleep(Duration::from_secs(5)).await;
        changes(world).await;
    }
    "one cannot be decoded, and recovers": |world| {
        world.put_undecodable("map-0");
        sleep(Duration::from_secs(60)).await;
        world.put("map-0");
        changes(world).await;
    }
    "deleted and created anew between two lists": |world| {
        world.cluster.faults().every().verb("watch").resource(MAPS).status(410);
        world.every_list(|list| list.status(500));
        world.cluster.faults().watches().drop_connections();
        sleep(Duration::from_secs(1)).await;
        for name in world.names().iter().take(10) {
            world.delete(name).await;
            world.put(name);
        }
    }
    "a flood on one key": |world| {
        for number in 0..2000 {
            world.put("map-0");
            if number % 10 == 0 {
                sleep(Duration::from_millis(1)).await;
            }
        }
    }
    "the clock jumps": |world| {
        world.cluster.faults().clock_jumps(Duration::from_hours(24 * 365));
        changes(world).await;
        sleep(Duration::from_secs(5)).await;
        world.cluster.faults().clock_falls_back(Duration::from_hours(2 * 24 * 365));
        changes(world).await;
    }
    "50,000 are created at once": |world| {
        for number in 0..50_000 {
            world.put(&format!("burst-{number}"));
        }
        sleep(Duration::from_secs(100)).await;
    }
}

/// Changes past the API's front, which refuses all.
fn changes_unseen(world: &mut World) {
    for name in world.names().iter().take(4) {
        world.put(name);
    }
    world.put("while-away");
}

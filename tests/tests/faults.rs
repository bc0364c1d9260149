//! A matrix of faults on the paused clock: what may go wrong, by how the controller reads. After each,
//! [`World::verify`] checks what Kooper guarantees: the last state of every object was handled, every object that is gone was
//! deleted exactly once, no key was run twice at once, and nothing unchanged was run again by a list.

use kooper::{
    Encoding,
    testing::{Cluster, Fault},
};
use kooper_tests::{Way, World, trickle};
use std::time::Duration;
use tokio::time::{Instant, sleep};

const MAPS: &str = "configmaps";

/// The rows of the matrix, and its columns: each row is a test in each column.
macro_rules! matrix {
    ($($row:ident)*) => {
        column!(over_streaming_lists, Way::STREAMING, $($row)*);
        column!(over_pages, Way::PAGES, $($row)*);
        column!(over_streaming_lists_of_protobuf, Way { encoding: Encoding::Protobuf, ..Way::STREAMING }, $($row)*);
        column!(over_pages_of_protobuf, Way { encoding: Encoding::Protobuf, ..Way::PAGES }, $($row)*);
    };
}

macro_rules! column {
    ($column:ident, $way:expr, $($row:ident)*) => {
        mod $column {
            #[allow(unused_imports, reason = "a column names one where it differs")]
            use kooper::Encoding;
            use kooper_tests::Way;
            $(
                #[tokio::test(start_paused = true)]
                async fn $row() {
                    super::$row($way).await;
                }
            )*
        }
    };
}

matrix! {
    nothing_is_wrong
    a_watch_ends_in_good_order
    a_connection_drops
    a_watch_is_cut_in_the_middle_of_a_line
    a_list_is_cut_wherever_it_may_be
    a_watch_hangs_for_thirty_seconds
    a_watch_hangs_for_ever
    a_list_hangs_for_thirty_seconds
    a_list_hangs_for_ever
    a_watch_is_garbled
    a_list_is_garbled
    a_version_is_too_old_as_an_event
    a_version_is_too_old_as_a_status
    versions_are_compacted_while_a_watch_is_away
    the_server_is_busy_and_says_for_how_long
    the_server_is_busy_and_does_not_say_for_how_long
    the_server_fails_in_bursts
    permission_is_lost_for_half_an_hour
    answers_trickle
    events_are_told_twice
    objects_vanish_with_no_event
    objects_cannot_be_decoded_when_they_are_listed
    objects_cannot_be_decoded_when_they_change_and_recover
    objects_are_deleted_and_created_anew_between_two_lists
    objects_are_deleted_and_created_anew_while_they_are_handled
    one_key_is_flooded_and_the_others_do_not_wait
    fifty_thousand_are_created_in_one_burst
    clocks_jump
}

/// Some changes of every kind, to a world of at least four.
async fn changes(world: &mut World) {
    let names = world.names();
    world.put(&names[0]);
    world.label(&names[1]);
    world.delete(&names[2]).await;
    world.put(&format!("{}-new", names[3]));
    // One that comes and goes at once, and one of the same name.
    world.put("brief");
    world.delete("brief").await;
    world.delete(&names[3]).await;
    world.put(&names[3]);
}

/// A world at rest whose watch is open.
async fn at_rest(way: Way, count: usize) -> World {
    let world = World::new(way, count);
    world.watched().await;
    world.at_rest().await;
    world
}

/// Changes before, during and after a fault of the open watch.
async fn watch_meets(way: Way, fault: impl Fn(&World)) {
    let mut world = at_rest(way, 20).await;
    changes(&mut world).await;
    fault(&world);
    changes(&mut world).await;
    sleep(Duration::from_secs(20)).await;
    changes(&mut world).await;
    fault(&world);
    world.verify().await;
}

async fn nothing_is_wrong(way: Way) {
    watch_meets(way, |_| {}).await;
}

async fn a_watch_ends_in_good_order(way: Way) {
    watch_meets(way, |world| world.cluster.faults().watches().end()).await;
}

async fn a_connection_drops(way: Way) {
    watch_meets(way, |world| world.cluster.faults().watches().drop_connections()).await;
}

async fn a_watch_is_cut_in_the_middle_of_a_line(way: Way) {
    watch_meets(way, |world| world.cluster.faults().watches().cut()).await;
}

async fn a_list_is_cut_wherever_it_may_be(way: Way) {
    for bytes in [0, 1, 50, 300, 1000, 1500] {
        let mut world = at_rest(way, 20).await;
        world.next_lists(3, |list| list.cut(bytes));
        world.cluster.faults().watches().fail(410);
        changes(&mut world).await;
        sleep(Duration::from_secs(60)).await;
        changes(&mut world).await;
        world.verify().await;
    }
}

async fn a_watch_hangs_for_thirty_seconds(way: Way) {
    let mut world = at_rest(way, 20).await;
    world.cluster.faults().watches().hang();
    changes(&mut world).await;
    sleep(Duration::from_secs(30)).await;
    world.cluster.faults().watches().go_on();
    changes(&mut world).await;
    world.verify().await;
}

async fn a_watch_hangs_for_ever(way: Way) {
    let mut world = at_rest(way, 20).await;
    world.cluster.faults().watches().hang();
    changes(&mut world).await;
    let began = Instant::now();
    // Nothing lifts the fault: the silence itself is noticed.
    world.at_rest().await;
    assert!(began.elapsed() <= Duration::from_secs(300), "{:?}", began.elapsed());
    world.verify().await;
}

async fn a_list_hangs_for_thirty_seconds(way: Way) {
    let mut world = about_to_meet(way, true, 1, |list| list.slow(Duration::from_secs(30))).await;
    changes(&mut world).await;
    sleep(Duration::from_secs(29)).await;
    changes(&mut world).await;
    world.verify().await;
}

async fn a_list_hangs_for_ever(way: Way) {
    let mut world = at_rest(way, 20).await;
    world.next_lists(2, |list| {
        list.hang();
    });
    world.cluster.faults().watches().fail(410);
    changes(&mut world).await;
    let began = Instant::now();
    world.at_rest().await;
    assert!(began.elapsed() <= Duration::from_secs(150), "{:?}", began.elapsed());
    world.verify().await;
}

async fn a_watch_is_garbled(way: Way) {
    watch_meets(way, |world| world.cluster.faults().watches().garble()).await;
}

async fn a_list_is_garbled(way: Way) {
    let mut world = at_rest(way, 20).await;
    world.next_lists(3, |list| {
        list.garble();
    });
    world.cluster.faults().watches().fail(410);
    changes(&mut world).await;
    world.verify().await;
}

async fn a_version_is_too_old_as_an_event(way: Way) {
    watch_meets(way, |world| {
        world.cluster.faults().compact();
        world.cluster.faults().watches().fail(410);
    })
    .await;
}

async fn a_version_is_too_old_as_a_status(way: Way) {
    watch_meets(way, |world| {
        world.cluster.faults().next(1).verb("watch").resource(MAPS).status(410);
        world.cluster.faults().watches().drop_connections();
    })
    .await;
}

async fn versions_are_compacted_while_a_watch_is_away(way: Way) {
    let mut world = at_rest(way, 20).await;
    world.cluster.faults().next(1).verb("watch").resource(MAPS).slow(Duration::from_secs(5));
    world.cluster.faults().watches().drop_connections();
    changes(&mut world).await;
    world.cluster.faults().compact();
    world.verify().await;
}

#[tokio::test(start_paused = true)]
async fn a_continue_token_expires_between_two_pages() {
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        a_continue_token_expires(Way { encoding, ..Way::PAGES }).await;
    }
}

async fn a_continue_token_expires(way: Way) {
    let mut world = at_rest(way, 1200).await;
    let lists = world.cluster.requests().count("list", MAPS);
    world.cluster.faults().next(1).verb("list").slow(Duration::from_secs(1));
    world.cluster.faults().next(1).verb("list").status(410);
    world.cluster.faults().watches().fail(410);
    changes(&mut world).await;
    world.at_rest().await;
    let asked: Vec<_> =
        world.cluster.requests().matching(|request| request.is("list", MAPS)).split_off(lists);
    let asked: Vec<_> = asked
        .iter()
        .map(|list| (list.query_value("limit").is_some(), list.query_value("continue").is_some()))
        .collect();
    assert_eq!(
        asked,
        [(true, false), (true, true), (false, false)],
        "after that the list is asked for in one piece"
    );
    world.verify().await;
}

/// A world at rest whose next lists, or else whose next watches, meet a fault.
async fn about_to_meet(way: Way, lists: bool, count: usize, effect: impl FnOnce(Fault<'_>)) -> World {
    let world = at_rest(way, 20).await;
    if lists {
        world.next_lists(count, effect);
        world.cluster.faults().watches().fail(410);
    } else {
        effect(world.cluster.faults().next(count).verb("watch").resource(MAPS));
        world.cluster.faults().watches().drop_connections();
    }
    world
}

async fn the_server_is_busy_and_says_for_how_long(way: Way) {
    for lists in [true, false] {
        let asked_for = Duration::from_secs(40);
        let mut world = about_to_meet(way, lists, 2, |request| request.too_many_requests(asked_for)).await;
        let asked =
            |world: &World| if lists { world.lists() } else { world.cluster.requests().count("watch", MAPS) };
        let (began, before) = (Instant::now(), asked(&world));
        changes(&mut world).await;
        // The third try succeeds, after two waits of what was asked for.
        sleep(Duration::from_secs(79)).await;
        assert_eq!(asked(&world), before + 2, "of lists: {lists}");
        world.at_rest().await;
        assert!(began.elapsed() < Duration::from_secs(90), "of lists: {lists}, {:?}", began.elapsed());
        world.verify().await;
    }
}

async fn the_server_is_busy_and_does_not_say_for_how_long(way: Way) {
    for lists in [true, false] {
        let mut world = about_to_meet(way, lists, 5, |request| request.status(429)).await;
        changes(&mut world).await;
        world.verify().await;
    }
}

async fn the_server_fails_in_bursts(way: Way) {
    let mut world = at_rest(way, 20).await;
    for code in [500, 502, 503, 504] {
        world.cluster.faults().next(4).verb("watch").resource(MAPS).status(code);
        world.next_lists(4, |list| list.status(code));
        world.cluster.faults().watches().fail(code);
        changes(&mut world).await;
        sleep(Duration::from_secs(30)).await;
        world.cluster.faults().watches().fail(410);
        changes(&mut world).await;
        world.at_rest().await;
    }
    world.verify().await;
}

async fn permission_is_lost_for_half_an_hour(way: Way) {
    let mut world = at_rest(way, 20).await;
    let faults = world.cluster.faults();
    for verb in ["list", "watch"] {
        faults.every().verb(verb).resource(MAPS).status(403);
    }
    faults.watches().fail(403);
    changes(&mut world).await;
    sleep(Duration::from_mins(30)).await;
    changes(&mut world).await;
    world.verify().await;
}

async fn answers_trickle(way: Way) {
    let slow = |cluster: &Cluster| trickle(cluster.client(), 7, Duration::from_millis(20));
    let mut world = World::with(way, 20, slow, |controller| controller);
    world.watched().await;
    changes(&mut world).await;
    world.at_rest().await;
    changes(&mut world).await;
    world.cluster.faults().watches().drop_connections();
    changes(&mut world).await;
    world.verify().await;
}

async fn events_are_told_twice(way: Way) {
    let mut world = at_rest(way, 20).await;
    for name in world.names() {
        world.put(&name);
        world.cluster.faults().watches().repeat();
        sleep(Duration::from_millis(100)).await;
        world.delete(&name).await;
        world.cluster.faults().watches().repeat();
        sleep(Duration::from_millis(1)).await;
        world.put(&name);
        world.cluster.faults().watches().repeat();
    }
    world.verify().await;
}

async fn objects_vanish_with_no_event(way: Way) {
    let mut world = at_rest(way, 20).await;
    for name in world.names().iter().take(7) {
        world.vanish(name);
    }
    changes(&mut world).await;
    world.relist().await;
    world.verify().await;
}

async fn objects_cannot_be_decoded_when_they_are_listed(way: Way) {
    let mut world = World::new(way, 5);
    world.put_undecodable("wreck");
    world.put_undecodable("wreck-mended");
    world.put_undecodable("wreck-brief");
    world.at_rest().await;
    world.put("wreck-mended");
    // No handler was given it, so none is told of its end.
    world.delete("wreck-brief").await;
    changes(&mut world).await;
    world.verify().await;
}

async fn objects_cannot_be_decoded_when_they_change_and_recover(way: Way) {
    let mut world = at_rest(way, 5).await;
    let names = world.names();
    world.put_undecodable("new");
    for name in &names {
        world.put_undecodable(name);
    }
    world.at_rest().await;
    changes_of_some(&mut world, &names).await;
    world.relist().await;
    for name in &names {
        world.put(name);
    }
    world.at_rest().await;
    world.delete(&names[0]).await;
    world.verify().await;
}

/// Changes that go from bad to bad and from bad to good.
async fn changes_of_some(world: &mut World, names: &[String]) {
    world.put_undecodable(&names[0]);
    world.put(&names[1]);
    sleep(Duration::from_millis(3)).await;
    world.put_undecodable(&names[1]);
    world.put("beside");
}

async fn objects_are_deleted_and_created_anew_between_two_lists(way: Way) {
    let mut world = at_rest(way, 20).await;
    for away in [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(100)] {
        world.cluster.faults().every().verb("watch").resource(MAPS).status(410);
        world.every_list(|list| list.status(500));
        world.cluster.faults().watches().drop_connections();
        sleep(away).await;
        for name in world.names().iter().take(10) {
            world.delete(name).await;
            world.put(name);
        }
        changes(&mut world).await;
        world.cluster.faults().clear();
        world.at_rest().await;
    }
    world.verify().await;
}

async fn objects_are_deleted_and_created_anew_while_they_are_handled(way: Way) {
    let mut world = at_rest(way, 10).await;
    for pause in 0..12 {
        for name in world.names().iter().take(8) {
            world.put(name);
            sleep(Duration::from_millis(pause)).await;
            world.delete(name).await;
            sleep(Duration::from_millis(pause / 2)).await;
            world.put(name);
        }
    }
    world.verify().await;
}

async fn one_key_is_flooded_and_the_others_do_not_wait(way: Way) {
    let mut world = at_rest(way, 20).await;
    let before = world.ledger.count();
    for number in 0..2000 {
        world.put("map-0");
        if number == 1000 {
            world.put("map-1");
        }
        if number % 10 == 0 {
            sleep(Duration::from_millis(1)).await;
        }
    }
    world.at_rest().await;
    let runs = world.ledger.runs().split_off(before);
    let (of_it, of_others): (Vec<_>, Vec<_>) = runs.iter().partition(|run| run.key == "default/map-0");
    // 200 ms at 5 ms each, and at most as many retries.
    assert!(of_it.len() < 60, "{} runs: changes to a key that waits are one", of_it.len());
    assert!(!of_others.is_empty());
    let other = runs.iter().position(|run| run.key == "default/map-1").expect("handled");
    assert!(other < runs.len() - 10, "map-1 was handled while the flood went on");
    world.verify().await;
}

async fn fifty_thousand_are_created_in_one_burst(way: Way) {
    let mut world = at_rest(way, 20).await;
    // All at once is more than the server keeps for a watch or the retriever takes in one piece, and still each is run once.
    for number in 0..50_000 {
        world.put(&format!("burst-{number}"));
    }
    // They take 5 ms each, three at once.
    sleep(Duration::from_secs(100)).await;
    world.verify().await;
}

async fn clocks_jump(way: Way) {
    let mut world = at_rest(way, 20).await;
    world.cluster.faults().clock_jumps(Duration::from_hours(24 * 365));
    changes(&mut world).await;
    world.at_rest().await;
    world.cluster.faults().clock_falls_back(Duration::from_hours(2 * 24 * 365));
    changes(&mut world).await;
    world.at_rest().await;
    // The machine sleeps for a day, in the middle of retries.
    changes(&mut world).await;
    tokio::time::advance(Duration::from_hours(24)).await;
    changes(&mut world).await;
    world.verify().await;
}

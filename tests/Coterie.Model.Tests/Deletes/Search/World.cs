using System.Numerics;
using Coterie.Model.Deletes;
using Coterie.Model.Time;

namespace Coterie.Model.Tests.Deletes.Search;

/// <summary>
/// Three replicas of one partition, and everything that may happen to them next. A value is written at hour 0, later it is deleted; messages arrive
/// at any time or never, and again. What decides is the product's own: merging, sweeping, cuts, ages. One hour is the grace, and the skew of clocks.
/// </summary>
internal sealed class World(Scene scene, Rule leftOut)
{
    public const int Replicas = 3;
    private const long Hour = 60_000;
    private const int ValueCoordinator = 0;
    private const int DeleteCoordinator = 1;

    private static readonly DeletionRules Rules = new(TimeSpan.FromMilliseconds(Hour), TimeSpan.FromMilliseconds(Hour));

    private readonly DataTable _data = new();

    public DataTable Data => _data;

    public State Start()
    {
        var fresh = new Replica(_data.Nothing, GroupDeletes.Of(Replicas), 0, 0, Waits: false);
        return new State(fresh, fresh, fresh) { ReadRepairs = scene.ReadRepairs, Broken = scene.Broken, Losses = scene.Losses };
    }

    /// <summary>Every state that can come next, with what happened.</summary>
    public IEnumerable<(string What, State State)> Next(State state)
    {
        if (scene.Hours.FirstOrDefault(hour => hour > state.Hour) is var later and > 0)
        {
            yield return ($"it gets {later}", Later(state, later - state.Hour));
        }

        foreach (var next in Writes(state).Concat(ReadRepairs(state)).Concat(Exchanges(state)).Concat(Underway(state)))
        {
            yield return next;
        }

        for (var replica = 0; replica < Replicas; replica++)
        {
            if (Sweep(state, replica) is { } swept)
            {
                yield return ($"{replica} sweeps", swept);
            }

            // Where clocks agree the replicas are alike, so one of them will do; and there must be something to lose.
            if (state.Losses > 0 && replica == DeleteCoordinator && (state[replica].Data.HasDelete || state.Swept))
            {
                yield return ($"{replica} loses its store", Lose(state, replica));
            }
        }
    }

    /// <summary>What is wrong with the state; null if nothing is.</summary>
    public string? Wrong(State state)
    {
        for (var i = 0; i < Replicas; i++)
        {
            if (state.Swept && state[i].Data.ShowsDeleted)
            {
                return $"the delete has been swept, and the value is visible at {i}";
            }

            for (var j = i + 1; j < Replicas && BitOperations.PopCount((uint)state.Acknowledged) >= 2; j++)
            {
                if (Answers(state[i]) && Answers(state[j]) && _data.Merge(Seen(state[i]), Seen(state[j])).ShowsDeleted)
                {
                    return $"the delete was acknowledged, and a read of {i} and {j} finds the value";
                }
            }
        }

        return null;
    }

    public State? Sweep(State state, int replica)
    {
        var before = state[replica];
        var horizon = before.Group.Horizon;
        var after = _data.WithRowSwept(before.Data, horizon);
        if (ReferenceEquals(after, before.Data) || leftOut == Rule.OuterLast)
        {
            after = _data.WithoutHeader(before.Data, horizon);
        }

        if (ReferenceEquals(after, before.Data))
        {
            return null;
        }

        var group = leftOut == Rule.NoteSweep ? before.Group : before.Group.Sweeping();
        return state.With(replica, before with { Data = after, Group = group }) with { Swept = state.Swept || (before.Data.HasDelete && !after.HasDelete) };
    }

    /// <summary>One exchange from its beginning to its end, undisturbed and leaving nothing out.</summary>
    public State ExchangeWhole(State state, int driver, int peer, out bool sent)
    {
        var begun = Begin(state, driver, peer);
        var session = begun.Session!;
        var ofDriver = Sendable(begun[driver], session);
        var ofPeer = Sendable(begun[peer], session);
        sent = !ReferenceEquals(ofDriver, ofPeer);
        session = session with { ReadOfDriver = ofDriver, ReadOfPeer = ofPeer };
        begun = Arrive(begun with { Session = session }, atPeer: true) ?? throw new InvalidOperationException("refused in an undisturbed exchange");
        begun = Arrive(begun, atPeer: false) ?? throw new InvalidOperationException("refused in an undisturbed exchange");
        return End(begun);
    }

    public static State Later(State state, int hours) => state with
    {
        Hour = state.Hour + hours,
        First = state.First with { Waits = false },
        Second = state.Second with { Waits = false },
        Third = state.Third with { Waits = false },
    };

    private static FormationTime Time(long hours) => new(hours * Hour);

    private int Clock(State state, int replica) =>
        replica != DeleteCoordinator && scene.FastClock ? state.Hour + 1 : replica == Replicas - 1 && scene.StoppedClock ? 0 : state.Hour;

    private bool Answers(Replica replica) => !replica.Group.IsIncomplete || leftOut == Rule.IncompleteAnswersNoRead;

    private Data Seen(Replica replica) => _data.At(replica.Data, replica.Group.Horizon, leftOut != Rule.ShadowBeforeSending, leftOut != Rule.PurgeBeforeSending);

    private Data Sendable(Replica replica, Session session) =>
        _data.At(replica.Data, session.Horizon, leftOut != Rule.ShadowBeforeSending, leftOut != Rule.PurgeBeforeSending);

    private IEnumerable<(string What, State State)> Writes(State state)
    {
        if (state.DeleteFormed < 0 && state.Hour <= (scene.Losses == 0 ? 1 : 0))
        {
            yield return ("the delete is formed", state with { DeleteFormed = Clock(state, DeleteCoordinator) });
        }

        if (scene.OldTimestamp && state.LaterFormed < 0 && BitOperations.PopCount((uint)state.Acknowledged) >= 2)
        {
            yield return ("another value is written, with an old timestamp", state with { LaterFormed = Clock(state, ValueCoordinator) });
        }

        var first = scene.FastClock ? 1 : 0;
        for (var replica = 0; replica < Replicas; replica++)
        {
            if (Deliver(state, replica, _data.Value(DataTable.DeletedValue), first) is { } written)
            {
                yield return ($"{replica} takes the value", written);
            }

            if (state.DeleteFormed >= 0 && Deliver(state, replica, _data.Delete(scene.Shape, Time(state.DeleteFormed)), state.DeleteFormed) is { } deleted)
            {
                // Coordinators wait for less than an hour; what arrives later counts for nobody.
                var counts = state.Hour == state.DeleteFormed ? 1 << replica : 0;
                yield return ($"{replica} takes the delete", deleted with { Acknowledged = state.Acknowledged | counts });
            }

            if (state.LaterFormed >= 0 && Deliver(state, replica, _data.Value(DataTable.LaterValue), state.LaterFormed) is { } later)
            {
                yield return ($"{replica} takes the other value", later);
            }
        }
    }

    private State? Deliver(State state, int replica, Data data, int formed)
    {
        var there = state[replica];
        var refused = (leftOut != Rule.Floor && formed < there.Floor)
            || (leftOut != Rule.Age && Rules.IsTooOld(Time(formed), Clock(state, replica) * Hour));
        return refused ? null : state.With(replica, there with { Data = _data.Merge(there.Data, data) });
    }

    /// <summary>A repair is read at two replicas, not at the same time, and arrives at any, any time later, or never, or twice.</summary>
    private IEnumerable<(string What, State State)> ReadRepairs(State state)
    {
        for (var i = 0; i < Replicas && state.ReadRepairs > 0; i++)
        {
            var source = state[i];
            if (!Answers(source))
            {
                continue;
            }

            if (state.ReadRepair is null && Seen(source).ShowsDeleted)
            {
                yield return ($"a repair is read at {i}", state with { ReadRepair = new Carried(Seen(source), source.Group.Horizon, i, 0) });
            }
            else if (state.ReadRepair is { } half && half.Target != i && _data.Merge(half.Data, Seen(source)) is { ShowsDeleted: true } read)
            {
                var isLeast = half.Horizon.CompareTo(source.Group.Horizon) <= 0;
                var horizon = isLeast == (leftOut != Rule.LeastOfSources) ? half.Horizon : source.Group.Horizon;
                yield return ($"the repair is read at {i} too", state with { ReadRepair = new Carried(read, horizon, -1, 0), ReadRepairs = 0 });
            }
        }

        if (state.ReadRepair is null || state.ReadRepair.Target >= 0)
        {
            yield break;
        }

        var repair = state.ReadRepair;
        for (var replica = 0; replica < Replicas; replica++)
        {
            var there = state[replica];
            var refused = (there.Group.IsIncomplete && leftOut != Rule.IncompleteTakesNoReadRepair)
                || (there.Group.RefusesRepair(repair.Horizon) && leftOut != Rule.RepairHorizon);
            if (!refused)
            {
                yield return ($"{replica} takes the repair", state.With(replica, there with { Data = _data.Merge(there.Data, repair.Data) }));
            }
        }
    }

    private IEnumerable<(string What, State State)> Exchanges(State state)
    {
        for (var driver = 0; driver < Replicas && state.Session is null; driver++)
        {
            for (var peer = 0; peer < Replicas; peer++)
            {
                if ((driver < peer || (driver != peer && scene.FastClock)) && IsOfUse(state, driver, peer))
                {
                    yield return ($"{driver} begins an exchange with {peer}", Begin(state, driver, peer));
                }
            }
        }

        if (state.Stale is { } stale && Take(state, stale) is { } taken)
        {
            yield return ($"{stale.Target} takes what a broken exchange had read", taken);
        }
    }

    /// <summary>Others change nothing that a message cannot; leaving them out keeps the search small.</summary>
    private bool IsOfUse(State state, int driver, int peer) =>
        CutOf(Time(Clock(state, driver))).CompareTo(state[driver].Group.Cuts.Of(driver, peer)) > 0
        || state[driver].Group.IsIncomplete || state[peer].Group.IsIncomplete;

    private State Begin(State state, int driver, int peer)
    {
        var begun = Time(Clock(state, driver));
        if (leftOut != Rule.FloorFirst)
        {
            state = RaiseFloor(RaiseFloor(state, driver, begun), peer, begun);
        }

        state = Learn(Learn(state, driver, state[peer].Group), peer, state[driver].Group);
        var horizon = state[driver].Group.Horizon;
        return state with
        {
            Session = new Session(driver, peer, begun, horizon, state[driver].Group.Cuts)
            {
                CountsForDriver = !state[driver].Waits || leftOut == Rule.WaitForWrites,
                CountsForPeer = !state[peer].Waits || leftOut == Rule.WaitForWrites,
            },
        };
    }

    private FormationTime CutOf(FormationTime begun) =>
        leftOut == Rule.SecondSkew ? new(Math.Max(0, Rules.CutOf(begun).Milliseconds + (begun.Milliseconds >= 4 * Hour ? Hour : 0))) : Rules.CutOf(begun);

    private static State RaiseFloor(State state, int replica, FormationTime begun) =>
        state.With(replica, state[replica] with { Floor = Math.Max(state[replica].Floor, Rules.FloorOf(begun).Milliseconds / Hour) });

    private static long Incarnation(State state, int replica) => state[replica].Group.Cuts.Incarnations()[replica];

    private State Learn(State state, int replica, GroupDeletes theirs)
    {
        var before = state[replica];
        var group = before.Group.Learn(theirs.Cuts, theirs.Horizon);
        return state.With(replica, before with { Group = Heard(before.Group, group) });
    }

    private GroupDeletes Heard(GroupDeletes before, GroupDeletes after) => leftOut == Rule.HearingIsSweeping ? after with { Swept = before.Swept } : after;

    private IEnumerable<(string What, State State)> Underway(State state)
    {
        if (state.Session is not { } session)
        {
            yield break;
        }

        foreach (var read in Reads(state, session))
        {
            yield return ("the exchange reads", state with { Session = read });
        }

        if (session.ReadOfDriver is not null && !session.ArrivedAtPeer)
        {
            yield return ($"{session.Peer} is sent what it lacks", Arrive(state, atPeer: true) ?? state with { Session = null });
        }

        if (session.ReadOfPeer is not null && !session.ArrivedAtDriver)
        {
            yield return ($"{session.Driver} is sent what it lacks", Arrive(state, atPeer: false) ?? state with { Session = null });
        }

        if (session.ArrivedAtPeer && (session.ArrivedAtDriver || leftOut == Rule.BothDirections))
        {
            yield return ("the exchange ends", End(state));
        }

        if (state.Broken > 0 && Undelivered(session) is { } stale)
        {
            yield return ("the exchange breaks off", state with { Session = null, Broken = state.Broken - 1, Stale = stale });
        }
    }

    private IEnumerable<Session> Reads(State state, Session session)
    {
        if (session.ReadOfDriver is null)
        {
            yield return session with { ReadOfDriver = Sendable(state[session.Driver], session) };
            if (MayBeLeftOut(state, session, session.Driver))
            {
                yield return session with { ReadOfDriver = _data.Nothing };
            }
        }

        if (session.ReadOfPeer is null)
        {
            yield return session with { ReadOfPeer = Sendable(state[session.Peer], session) };
            if (MayBeLeftOut(state, session, session.Peer))
            {
                yield return session with { ReadOfPeer = _data.Nothing };
            }
        }
    }

    /// <summary>As if written a moment ago: any row, since a client may have given it any timestamp.</summary>
    private bool MayBeLeftOut(State state, Session session, int replica) =>
        (leftOut == Rule.OldTombstones || state[replica].Data.OldestPurgeable >= CutOf(session.Begun).Milliseconds)
        && (leftOut == Rule.IncompleteComparesAll || !(state[session.Driver].Group.IsIncomplete || state[session.Peer].Group.IsIncomplete));

    private State? Arrive(State state, bool atPeer)
    {
        var session = state.Session!;
        var carried = atPeer ? ToPeer(session) : ToDriver(session);
        return Take(state, carried) is { } taken
            ? taken with { Session = atPeer ? session with { ArrivedAtPeer = true } : session with { ArrivedAtDriver = true } }
            : null;
    }

    private static Carried ToPeer(Session session) => new(session.ReadOfDriver!, session.Horizon, session.Peer, session.Cuts.Incarnations()[session.Peer]);

    private static Carried ToDriver(Session session) => new(session.ReadOfPeer!, session.Horizon, session.Driver, session.Cuts.Incarnations()[session.Driver]);

    private static Carried? Undelivered(Session session) =>
        session.ReadOfDriver is { ShowsDeleted: true } && !session.ArrivedAtPeer ? ToPeer(session)
        : session.ReadOfPeer is { ShowsDeleted: true } && !session.ArrivedAtDriver ? ToDriver(session)
        : null;

    /// <summary>Null: refused.</summary>
    private State? Take(State state, Carried carried)
    {
        var there = state[carried.Target];
        var refused = (there.Group.RefusesRepair(carried.Horizon) && leftOut != Rule.ExchangeHorizon)
            || (Incarnation(state, carried.Target) != carried.Incarnation && leftOut != Rule.Incarnation);
        return refused ? null : state.With(carried.Target, there with { Data = _data.Merge(there.Data, carried.Data) });
    }

    private State End(State state)
    {
        var session = state.Session!;
        if (leftOut == Rule.FloorFirst)
        {
            state = RaiseFloor(RaiseFloor(state, session.Driver, session.Begun), session.Peer, session.Begun);
        }

        state = Ended(Ended(state, session.Driver, session.Peer, session), session.Peer, session.Driver, session);
        return state with { Session = null };
    }

    private State Ended(State state, int replica, int other, Session session)
    {
        var before = state[replica];
        var group = Heard(before.Group, before.Group.Exchanged(replica, other, CutOf(session.Begun), session.Cuts.Incarnations()));
        if (leftOut == Rule.AllPairs)
        {
            group = group with { Cuts = Enumerable.Range(0, Replicas).SelectMany(i => Enumerable.Range(i + 1, Replicas - i - 1).Select(j => (i, j)))
                .Aggregate(group.Cuts, (cuts, pair) => cuts.Raise(pair.i, pair.j, CutOf(session.Begun))) };
        }

        var exchanged = before.Exchanged | ((replica == session.Driver ? session.CountsForDriver : session.CountsForPeer) ? 1 << other : 0);
        var enough = (leftOut == Rule.AllOthers && exchanged != 0) || BitOperations.PopCount((uint)exchanged) == Replicas - 1;
        return state.With(replica, before with { Group = enough ? group.Completed() : group, Exchanged = before.Group.IsIncomplete ? exchanged : 0 });
    }

    private State Lose(State state, int replica)
    {
        var before = state[replica];
        var group = GroupDeletes.Of(Replicas).Lost(replica, leftOut == Rule.CutsOfLostStores ? 0 : Incarnation(state, replica) + 1);
        var lost = new Replica(_data.Nothing, group, 0, 0, Waits: true);
        var session = state.Session;
        var breaks = session is not null && (session.Driver == replica || session.Peer == replica);
        return state.With(replica, lost) with
        {
            Losses = state.Losses - 1,
            Session = breaks ? null : session,
            Stale = breaks ? Undelivered(session!) ?? state.Stale : state.Stale,
        };
    }
}

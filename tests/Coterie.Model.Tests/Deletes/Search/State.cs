using Coterie.Model.Deletes;
using Coterie.Model.Time;

namespace Coterie.Model.Tests.Deletes.Search;

/// <param name="Floor">In hours.</param>
/// <param name="Exchanged">Bits of the others with whom an exchange has ended since it last lost its store.</param>
/// <param name="Waits">It lost its store within this hour: what it acknowledged before may still be waited for by a coordinator.</param>
internal sealed record Replica(Data Data, GroupDeletes Group, long Floor, int Exchanged, bool Waits);

/// <summary>Data on its way to a replica, in the name of one that had it under a horizon.</summary>
/// <param name="Target">Of a read repair: where the first half of it was read; -1 when it is whole, for whoever it meets.</param>
internal sealed record Carried(Data Data, FormationTime Horizon, int Target, long Incarnation);

/// <summary>An exchange under way. What is read is null until it is read.</summary>
/// <param name="Cuts">As they were when it began: their incarnations are those that it is of.</param>
internal sealed record Session(int Driver, int Peer, FormationTime Begun, FormationTime Horizon, PairCuts Cuts)
{
    /// <summary>It began after the driver had waited, and so may make it complete.</summary>
    public bool CountsForDriver { get; init; }

    public bool CountsForPeer { get; init; }

    public Data? ReadOfDriver { get; init; }

    public Data? ReadOfPeer { get; init; }

    public bool ArrivedAtPeer { get; init; }

    public bool ArrivedAtDriver { get; init; }
}

/// <summary>One state of the world. A value: equal states are met once.</summary>
internal sealed record State(Replica First, Replica Second, Replica Third)
{
    public int Hour { get; init; }

    /// <summary>-1: not deleted yet. In hours, by the clock of its coordinator.</summary>
    public int DeleteFormed { get; init; } = -1;

    /// <summary>-1: not written.</summary>
    public int LaterFormed { get; init; } = -1;

    /// <summary>Bits of the replicas that have answered that they have the delete.</summary>
    public int Acknowledged { get; init; }

    /// <summary>The delete has been swept somewhere.</summary>
    public bool Swept { get; init; }

    public Session? Session { get; init; }

    public Carried? ReadRepair { get; init; }

    public Carried? Stale { get; init; }

    public int ReadRepairs { get; init; }

    public int Broken { get; init; }

    public int Losses { get; init; }

    public Replica this[int index] => index == 0 ? First : index == 1 ? Second : Third;

    public State With(int index, Replica replica) => index switch
    {
        0 => this with { First = replica },
        1 => this with { Second = replica },
        _ => this with { Third = replica },
    };
}

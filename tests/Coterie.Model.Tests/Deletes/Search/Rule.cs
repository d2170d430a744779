namespace Coterie.Model.Tests.Deletes.Search;

/// <summary>The rules that keep deletes safe, each of which a search can leave out to see that it is missed.</summary>
public enum Rule
{
    /// <summary>Nothing is left out.</summary>
    None,

    /// <summary>A mutation formed before the floor is refused.</summary>
    Floor,

    /// <summary>The floors are set before anything is compared.</summary>
    FloorFirst,

    /// <summary>A mutation that is too old by the receiver's clock is refused.</summary>
    Age,

    /// <summary>A cut lies two skews of clocks behind the floor, not one.</summary>
    SecondSkew,

    /// <summary>The horizon is the least cut of all pairs.</summary>
    AllPairs,

    /// <summary>A cut holds only when what each side lacked has arrived there.</summary>
    BothDirections,

    /// <summary>A row with a tombstone from before the cut is compared, however lately it was written.</summary>
    OldTombstones,

    /// <summary>A read repair is refused by who has swept at a later horizon than it was read under.</summary>
    RepairHorizon,

    /// <summary>A row of an exchange is refused by who has swept at a later horizon than it was read under.</summary>
    ExchangeHorizon,

    /// <summary>A read repair carries the least horizon of its sources.</summary>
    LeastOfSources,

    /// <summary>Who sweeps notes the horizon first.</summary>
    NoteSweep,

    /// <summary>The deletion of a partition or range goes after what it shadows.</summary>
    OuterLast,

    /// <summary>What a deletion shadows is left out of what is sent.</summary>
    ShadowBeforeSending,

    /// <summary>What the horizon allows to be swept is left out of what is compared and sent.</summary>
    PurgeBeforeSending,

    /// <summary>Cuts made with a store that is lost count for nothing.</summary>
    CutsOfLostStores,

    /// <summary>Who has lost writes counts as swept at each horizon that it hears of.</summary>
    HearingIsSweeping,

    /// <summary>Who has lost writes takes no read repair until it is complete.</summary>
    IncompleteTakesNoReadRepair,

    /// <summary>A row of an exchange that began before the receiver lost writes is refused.</summary>
    Incarnation,

    /// <summary>Who has lost writes answers no read until it is complete.</summary>
    IncompleteAnswersNoRead,

    /// <summary>Complete is who has exchanged with all others, not with one.</summary>
    AllOthers,

    /// <summary>
    /// An exchange that begins while coordinators may still wait for writes of which the one who lost them was among the first to answer makes
    /// nobody complete.
    /// </summary>
    WaitForWrites,

    /// <summary>Nothing is left out of an exchange with who has lost writes, however lately it was written.</summary>
    IncompleteComparesAll,
}

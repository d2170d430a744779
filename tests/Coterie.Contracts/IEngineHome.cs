using Coterie.Storage;

namespace Coterie.Contracts;

/// <summary>Where an engine keeps what outlives it. Opening again, after the last engine was disposed, finds what was committed.</summary>
public interface IEngineHome : IAsyncDisposable
{
    IStorageEngine Open(RowMergeFunction merge);

    /// <summary>Everything that has been committed so far has been synced. Said by the test, where it is so, for <see cref="AfterPowerLoss"/> to keep.</summary>
    void NoteSynced();

    /// <summary>What a new process finds after the one with the open engine was killed. May be this home, whose open engine is then cut off from it.</summary>
    IEngineHome AfterKill();

    /// <summary>The same after the machine went down: of what was not synced some is lost, as chance has it.</summary>
    IEngineHome AfterPowerLoss(Random random);
}

using Coterie.Storage;

namespace Coterie.Contracts;

/// <summary>Where an engine keeps what outlives it. Opening again, after the last engine was disposed, finds what was committed.</summary>
public interface IEngineHome : IAsyncDisposable
{
    IStorageEngine Open(RowMergeFunction merge);
}

using Coterie.Contracts;

namespace Coterie.Storage.Tests;

public sealed class RocksEngineContract : EngineContract
{
    protected override IEngineHome MakeHome() => new TemporaryStore();
}

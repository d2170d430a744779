using Coterie.Model.Ids;

namespace Coterie.Cql.Tests.Support;

/// <summary>Version 4 UUIDs that count.</summary>
internal sealed class TestIds : IdSource
{
    private int _next;

    public override Guid NextGuid() => new(++_next, 0, 0x4000, 0x80, 0, 0, 0, 0, (byte)(_next >> 16), (byte)(_next >> 8), (byte)_next);
}

using Coterie.Host.CqlClient;

namespace Coterie.Host.Tests;

/// <summary>Values in words. A server may send any bytes; whoever shows them must not end by it.</summary>
public sealed class ValueTextTests
{
    [Theory]
    [InlineData(WireTypeId.Duration, "80")]
    [InlineData(WireTypeId.Duration, "0000FF")]
    [InlineData(WireTypeId.Int, "0102")]
    [InlineData(WireTypeId.Uuid, "01")]
    [InlineData(WireTypeId.Inet, "0102030405")]
    [InlineData(WireTypeId.Decimal, "0000")]
    public void What_is_no_value_of_its_type_is_shown_as_its_bytes(WireTypeId type, string bytes) =>
        Assert.Equal($"(not a {type}: 0x{bytes.ToLowerInvariant()})", ValueText.Format(new WireType(type, null, null, null), Convert.FromHexString(bytes)));
}

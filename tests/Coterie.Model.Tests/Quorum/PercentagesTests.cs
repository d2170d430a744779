using Coterie.Model.Quorum.Reports;

namespace Coterie.Model.Tests.Quorum;

public sealed class PercentagesTests
{
    [Theory]
    [InlineData(1, "100 %")]
    [InlineData(0.5, "50 %")]
    [InlineData(0.99, "99 %")]
    [InlineData(0.999702, "99.9702 %")]
    [InlineData(0.9999999, "99.99999 %")]
    [InlineData(0.9999999999999999, "more than 99.99999999 %")]
    [InlineData(1e-9, "less than 0.1 %")]
    [InlineData(0, "0 %")]
    public void A_share_of_less_than_one_is_never_100_percent(double share, string text) => Assert.Equal(text, Percentages.Of(share));

    [Theory]
    [InlineData(1e-18, "more than 99.99999999 %", 18.0)]
    [InlineData(0.000298, "99.9702 %", 3.5)]
    [InlineData(1, "0 %", 0.0)]
    public void What_is_missing_counts_when_the_share_is_rounded(double unavailability, string text, double nines)
    {
        var report = AvailabilityReport.Of(unavailability);
        Assert.Equal(text, Percentages.Of(report));
        Assert.Equal(nines, report.Nines!.Value, 0.05);
        Assert.False(double.IsNegative(report.Nines.Value));
    }

    [Fact]
    public void What_never_fails_is_100_percent_available() => Assert.Equal("100 %", Percentages.Of(AvailabilityReport.Of(0)));
}

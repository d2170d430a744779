using System.Net;
using Coterie.Cluster.Metadata;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Cluster.Tests.Metadata;

public sealed class AmnesiaTests
{
    private readonly Store _store = new();

    [Theory]
    [InlineData(3, 2, 5, 7L)]
    [InlineData(3, 1, 5, null)]
    [InlineData(5, 3, 9, 11L)]
    [InlineData(5, 2, 9, null)]
    [InlineData(4, 3, 5, 7L)]
    [InlineData(4, 2, 5, null)]
    [InlineData(2, 0, 5, 0L)]
    [InlineData(1, 0, 5, 0L)]
    public void It_abstains_two_epochs_beyond_what_a_majority_without_it_has_applied(int voters, int answered, long applied, long? until)
    {
        var metadata = MetadataOf(voters);
        var answers = Enumerable.Range(1, answered).ToDictionary(AddressOf, i => new Epoch(i == 1 ? applied : 1));
        Assert.Equal(until, Amnesia.Until(metadata, AddressOf(0), answers));
    }

    [Fact]
    public void Its_own_answer_and_those_of_others_than_voters_do_not_count()
    {
        var answers = new Dictionary<IPEndPoint, Epoch> { [AddressOf(0)] = new(9), [AddressOf(1)] = new(9), [AddressOf(7)] = new(9) };
        Assert.Null(Amnesia.Until(MetadataOf(3), AddressOf(0), answers));
    }

    [Fact]
    public void Who_does_not_vote_has_nothing_to_remember() =>
        Assert.Equal(0, Amnesia.Until(MetadataOf(3), AddressOf(8), new Dictionary<IPEndPoint, Epoch>()));

    [Fact]
    public async Task Until_it_knows_it_abstains_from_everything_and_after_it_from_what_it_may_have_promised_also_after_a_restart()
    {
        Assert.False(new Amnesia(_store).AbstainsFrom(new Epoch(1)));
        await Amnesia.BeginAsync(_store);
        var amnesia = new Amnesia(_store);
        Assert.True(amnesia.IsUnresolved);
        Assert.True(amnesia.AbstainsFrom(new Epoch(1_000_000)));

        await amnesia.ResolveAsync(7);
        foreach (var one in new[] { amnesia, new Amnesia(_store) })
        {
            Assert.False(one.IsUnresolved);
            Assert.True(one.AbstainsFrom(new Epoch(7)));
            Assert.False(one.AbstainsFrom(new Epoch(8)));
        }
    }

    [Fact]
    public async Task What_is_no_epoch_is_malformed()
    {
        await _store.PutAsync("amnesia", new byte[3]);
        Assert.Throws<MalformedDataException>(() => new Amnesia(_store));
    }

    private static ClusterMetadata MetadataOf(int voters) =>
        ClusterMetadata.Empty with { Epoch = new Epoch(1), Voters = [.. Enumerable.Range(0, voters).Select(AddressOf)] };

    private static IPEndPoint AddressOf(int number) => new(new IPAddress([127, 0, 0, (byte)(number + 1)]), 7000);

    private sealed class Store : IMetadataStore
    {
        private readonly Dictionary<string, byte[]> _values = [];

        public byte[]? Get(string key) => _values.GetValueOrDefault(key);

        public Task PutAsync(string key, ReadOnlyMemory<byte> value)
        {
            _values[key] = value.ToArray();
            return Task.CompletedTask;
        }
    }
}

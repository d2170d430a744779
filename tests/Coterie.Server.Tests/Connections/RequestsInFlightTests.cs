using Coterie.Model;
using Coterie.Server.Connections;

namespace Coterie.Server.Tests.Connections;

public sealed class RequestsInFlightTests
{
    private readonly RequestsInFlight _requests = new();

    [Theory]
    [InlineData(100, Limits.CqlRequestsPerConnectionMax)]
    [InlineData(100_000, 167)]
    [InlineData(1_048_576, 16)]
    [InlineData(Limits.CqlResponseBytesMax, 1)]
    public void As_many_begin_as_have_room_for_answers_like_the_last(int answerBytes, int begun)
    {
        for (var i = 0; i < 200; i++)
        {
            _requests.Begin(1);
            _requests.FreeStream(1);
            _requests.End(answerBytes);
        }

        Assert.Equal(begun, BeginAll());
    }

    [Fact]
    public async Task Who_waits_for_room_is_told_when_enough_have_ended()
    {
        var begun = BeginAll();
        var room = _requests.WaitForRoomAsync();
        var none = _requests.WaitForNoneAsync();
        Assert.False(room.IsCompleted);
        _requests.Withdraw(0);
        await room;
        Assert.True(_requests.HasRoom);
        for (var i = 1; i < begun; i++)
        {
            Assert.False(none.IsCompleted);
            _requests.Withdraw((short)i);
        }

        await none;
    }

    [Fact]
    public void A_stream_is_in_use_until_it_is_free()
    {
        Assert.Equal(RequestsInFlight.BeginResult.Begun, _requests.Begin(7));
        Assert.Equal(RequestsInFlight.BeginResult.StreamInUse, _requests.Begin(7));
        _requests.FreeStream(7);
        Assert.Equal(RequestsInFlight.BeginResult.Begun, _requests.Begin(7));
    }

    private int BeginAll()
    {
        short begun = 0;
        while (_requests.HasRoom && _requests.Begin(begun) == RequestsInFlight.BeginResult.Begun)
        {
            begun++;
        }

        return begun;
    }
}
